import { plainLine, type StyledLine } from './styled-line.ts';

const HELP = `
  MOVING
    down up, j k           a line                     f b, space, page keys   a page
    g G, home end          first, last record         left right              scroll sideways
    T                      go to a time: 10:15, 5m (ago), 2026-01-02 10:15:30
    m and a letter         mark the record            ' and the letter        go back to it
                           (' twice: where you were before the last jump)

  SEARCHING
    /  ?                   a regular expression, forward or backward, in messages, fields, levels,
                           buffers and processes; without capitals it takes both cases
    n  N                   the next one, the one before; it goes on at the other end
    e  E                   next, previous error: a record of level error or above, or a call that threw
    Esc, Ctrl-C            give up what takes long

  FILTERING
    r                      a filter, such as  level >= warn and msg == '%timeout%'
                           Tab completes fields, operators and values that occur
                           Enter checks it: what can match nothing is told, with what could;
                           Tab puts that in its place, Enter again takes the filter as it is
                           Up and Down walk through earlier ones; an empty one shows all again

  LOOKING CLOSER
    Enter                  the record in full: fields, stack; of a call arguments, result, duration,
                           callers and source; Tab: the next one
    z                      the spans and calls that the record is among, as a tree
                             z, left, right: fold and unfold;  Z: all;  u: to the one around it
                             Tab, Shift-Tab: next, previous one in the same
    s                      functions: how often called, how long, how often failed
                             s, S: sort by the next, previous column;  Enter: only its calls
    t                      times: as they are, since the current record, since the line above

  AT A CALL
    (  )                   its begin, its end
    u                      its caller
    Tab, Shift-Tab         the next, the previous call in the same caller

  ALSO
    F                      follow: show what comes, until you move
    h                      this help                  q                       quit, or go back
    Ctrl-L                 draw anew                  Ctrl-Z                  suspend
`;

/** What the keys do. */
export function helpLines(): StyledLine[] {
  return HELP.trimEnd()
    .slice(1)
    .split('\n')
    .map((line) => plainLine(line.replace(/^ {2}/, '')));
}
