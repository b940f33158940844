// Adds `clearstory completion` to the command line.
import { Argument, type Command } from 'commander';
import { SHELLS, type Shell } from './shells.ts';

export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description('print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText(
      'after',
      `
Examples:
  source <(clearstory completion bash)
  clearstory completion zsh > "\${fpath[1]}/_clearstory"
  clearstory completion fish > ~/.config/fish/completions/clearstory.fish`,
    )
    .action(async (shell: Shell) => {
      const { completionScript } = await import('./completion-script.ts');
      process.stdout.write(completionScript(program, shell));
    });
}
