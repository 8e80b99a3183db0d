import type { Command } from 'commander';
import { categoryChoices, confidenceChoices, failOnChoices } from '../../config/schema.ts';
import { reporters } from '../../report/reporters.ts';
import { ruleFacts } from '../../rule-facts.generated.ts';
import { assertKnown } from '../options.ts';
import { print } from '../output.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;

/** What follows an option, by its long name. */
function valuesOf(): Record<string, readonly string[]> {
  return {
    '--rule': ruleFacts.map((rule) => rule.id),
    '--category': categoryChoices,
    '--confidence': confidenceChoices,
    '--fail-on': failOnChoices,
    '--reporter': Object.keys(reporters),
  };
}

interface Words {
  commands: { name: string; description: string; options: string[] }[];
  values: Record<string, readonly string[]>;
}

/** A completion script made from the commands themselves. */
export async function completionCommand(shell: string, program: Command): Promise<number> {
  assertKnown('shell', shell, shells, shells.join(', '));
  const words: Words = {
    commands: program.commands.map((command) => ({
      name: command.name(),
      description: command.summary() || command.description(),
      options: command.options.flatMap((option) => (option.long && !option.hidden ? [option.long] : [])),
    })),
    values: valuesOf(),
  };
  await print(shell === 'bash' ? bash(words) : shell === 'zsh' ? zsh(words) : fish(words));
  return 0;
}

function bash({ commands, values }: Words): string {
  const afterOption = Object.entries(values).map(
    ([option, of]) => `    ${option}) COMPREPLY=($(compgen -W "${of.join(' ')}" -- "$cur")); return ;;`,
  );
  const afterCommand = commands.map(({ name, options }) => `    ${name}) words="${options.join(' ')}" ;;`);
  const scan = commands.find(({ name }) => name === 'scan')?.options ?? [];
  return `# bash completion of plimsoll: source it, or put it into ~/.local/share/bash-completion/completions/plimsoll
_plimsoll() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" words
  case "$prev" in
${afterOption.join('\n')}
    explain) COMPREPLY=($(compgen -W "${values['--rule']?.join(' ') ?? ''}" -- "$cur")); return ;;
    completion) COMPREPLY=($(compgen -W "${shells.join(' ')}" -- "$cur")); return ;;
  esac
  case "\${COMP_WORDS[1]}" in
${afterCommand.join('\n')}
    *) words="${scan.join(' ')}" ;;
  esac
  if [[ "$cur" == -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  elif (( COMP_CWORD == 1 )); then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')}" -- "$cur") $(compgen -f -- "$cur"))
  else
    COMPREPLY=($(compgen -f -- "$cur"))
  fi
}
complete -o filenames -F _plimsoll plimsoll
`;
}

function zsh({ commands, values }: Words): string {
  const quote = (text: string) => text.replaceAll("'", "'\\''").replaceAll(':', '\\:');
  return `#compdef plimsoll
_plimsoll() {
  local -a commands
  commands=(
${commands.map(({ name, description }) => `    '${name}:${quote(description)}'`).join('\n')}
  )
  case "\${words[CURRENT-1]}" in
${Object.entries(values)
  .map(([option, of]) => `    ${option}) compadd -- ${of.join(' ')}; return ;;`)
  .join('\n')}
    explain) compadd -- ${values['--rule']?.join(' ') ?? ''}; return ;;
    completion) compadd -- ${shells.join(' ')}; return ;;
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    case "\${words[2]}" in
${commands.map(({ name, options }) => `      ${name}) compadd -- ${options.join(' ')} ;;`).join('\n')}
      *) compadd -- ${(commands.find(({ name }) => name === 'scan')?.options ?? []).join(' ')} ;;
    esac
    return
  fi
  (( CURRENT == 2 )) && _describe command commands
  _files
}
if [[ "\${funcstack[1]}" == _plimsoll ]]; then _plimsoll "$@"; else compdef _plimsoll plimsoll; fi
`;
}

function fish({ commands, values }: Words): string {
  const quote = (text: string) => text.replaceAll("'", "\\'");
  const names = commands.map(({ name }) => name).join(' ');
  const lines = commands.flatMap(({ name, description, options }) => [
    `complete -c plimsoll -n __fish_use_subcommand -a ${name} -d '${quote(description)}'`,
    ...options.map((option) => {
      const of = values[option];
      const argument = of ? ` -x -a '${of.join(' ')}'` : '';
      const when =
        name === 'scan'
          ? `not __fish_seen_subcommand_from ${names.replace('scan ', '')}`
          : `__fish_seen_subcommand_from ${name}`;
      return `complete -c plimsoll -n '${when}' -l ${option.slice(2)}${argument}`;
    }),
  ]);
  return `${[
    ...lines,
    `complete -c plimsoll -n '__fish_seen_subcommand_from explain' -x -a '${values['--rule']?.join(' ') ?? ''}'`,
    `complete -c plimsoll -n '__fish_seen_subcommand_from completion' -x -a '${shells.join(' ')}'`,
  ].join('\n')}\n`;
}
