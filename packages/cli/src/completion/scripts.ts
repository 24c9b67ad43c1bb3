/**
 * The scripts hand the command line over and insert what comes back. They run nothing of what was typed, nor of what
 * is offered: names of processes and buffers come from other programs.
 */
export const SCRIPTS = {
  // bash splits words at = and : too, so the line goes over as it is, and the program splits it.
  bash: `# bash completion for trace-cli
_trace_cli() {
  local candidate
  COMPREPLY=()
  while IFS= read -r candidate; do
    COMPREPLY+=("$candidate")
  done < <(trace-cli complete bash -- "\${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
}
complete -F _trace_cli trace-cli
`,
  zsh: `#compdef trace-cli
_trace_cli() {
  local line
  local -a values lines
  while IFS= read -r line; do
    values+=("\${line%%$'\\t'*}")
    lines+=("\${line/$'\\t'/  -- }")
  done < <(trace-cli complete zsh -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( \${#values} )) && compadd -l -d lines -a values
}
if [[ "$funcstack[1]" == _trace_cli || "$funcstack[1]" == _trace-cli ]]; then
  _trace_cli "$@"
else
  compdef _trace_cli trace-cli
fi
`,
  fish: `# fish completion for trace-cli
function __trace_cli_complete
  set -l words (commandline -opc) (commandline -ct)
  trace-cli complete fish -- $words[2..-1] 2>/dev/null
end
complete -c trace-cli -f -a '(__trace_cli_complete)'
`,
} as const;
