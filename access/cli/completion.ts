import { Argument, type Command, type Option } from "commander";
import { print } from "./print.js";

const shells = ["bash", "zsh", "fish"] as const;

/** `completion`: a script that completes commands, options and their choices. */
export function registerCompletion(program: Command): void {
  program
    .command("completion")
    .description("Print a completion script for a shell.")
    .addArgument(new Argument("<shell>").choices(shells))
    .addHelpText("after", `\nExample:\n  source <(${program.name()} completion bash)`)
    .action((shell: (typeof shells)[number]) => print(scripts[shell](program)));
}

const scripts = {
  bash,
  zsh: (program: Command) => `autoload -U +X bashcompinit && bashcompinit\n${bash(program)}`,
  fish,
};

const flagsOf = (command: Command): string[] =>
  command.options.flatMap(({ short, long }) => [short, long].filter(Boolean) as string[]);
const choicesOf = ({ argChoices }: Option): string[] => argChoices ?? [];

function bash(program: Command): string {
  const name = program.name();
  const identifier = `_${name.replace(/\W/g, "_")}`;
  const cases = program.commands.flatMap((command) =>
    command.options.flatMap((option) =>
      choicesOf(option).length === 0
        ? []
        : [
            `    "${command.name()} ${option.long}"${option.short ? `|"${command.name()} ${option.short}"` : ""}) words="${choicesOf(option).join(" ")}";;`,
          ],
    ),
  );
  const flags = program.commands.map((command) => `    ${command.name()}) words="${flagsOf(command).join(" ")}";;`);
  return `${identifier}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${program.commands.map((command) => command.name()).join(" ")}" -- "$current"))
    return
  fi
  case "$command $previous" in
${cases.join("\n")}
    *) case "$command" in
${flags.join("\n")}
    esac;;
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$current"));;
    *) if [[ "$previous" == -* && -n "$words" && "$words" != -* ]]; then COMPREPLY=($(compgen -W "$words" -- "$current")); else COMPREPLY=($(compgen -f -- "$current")); fi;;
  esac
}
complete -F ${identifier} ${name}`;
}

function fish(program: Command): string {
  const name = program.name();
  const quoted = (text: string) => `'${text.replaceAll("'", "\\'")}'`;
  return program.commands
    .flatMap((command) => [
      `complete -c ${name} -n __fish_use_subcommand -a ${command.name()} -d ${quoted(command.description())}`,
      ...command.options.map((option) => {
        const short = option.short ? ` -s ${option.short.slice(1)}` : "";
        const choices = choicesOf(option).length > 0 ? ` -x -a ${quoted(choicesOf(option).join(" "))}` : "";
        const when = quoted(`__fish_seen_subcommand_from ${command.name()}`);
        return `complete -c ${name} -n ${when}${short} -l ${(option.long ?? "").slice(2)}${choices} -d ${quoted(option.description)}`;
      }),
    ])
    .join("\n");
}
