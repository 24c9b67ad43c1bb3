import type { CommandSpec } from '../command.ts';
import { SHELLS } from './shells.ts';

export const completionCommand: CommandSpec = {
  words: ['completion'],
  summary: 'a script that teaches a shell to complete trace-cli',
  details: `Put it where the shell reads it at start:
  bash  echo 'source <(trace-cli completion bash)' >> ~/.bashrc
  zsh   trace-cli completion zsh > "\${fpath[1]}/_trace-cli"
  fish  trace-cli completion fish > ~/.config/fish/completions/trace-cli.fish`,
  operands: [
    { usage: 'bash|zsh|fish', presence: 'required', description: 'bash, zsh or fish', completes: SHELLS },
  ],
  options: [],
  examples: [['completion bash', 'print the script for bash']],
  load: async () => (await import('./completion.ts')).completion,
};

/** What the scripts call on Tab. */
export const completeCommand: CommandSpec = {
  words: ['complete'],
  summary: 'candidates for the last word of a command line, one a line',
  operands: [
    { usage: '<shell>', presence: 'required', description: 'bash, zsh or fish' },
    { usage: '[<word>…]', presence: 'rest', description: 'bash: the line up to the cursor; else its words' },
  ],
  options: [],
  examples: [],
  hidden: true,
  load: async () => (await import('./complete.ts')).complete,
};
