/** Shells that `wherry completion` writes a script for. */
export type Shell = 'bash' | 'zsh' | 'fish';

/**
 * The script that a shell evaluates. It asks `wherry __complete -- WORDS…`, which prints a word a line and at the end
 * `:files`, `:directories` or `:none`.
 */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `# bash completion for wherry: eval "$(wherry completion bash)"
_wherry() {
  local current=\${COMP_WORDS[COMP_CWORD]} line directive=:none
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files | :directories | :none) directive=$line ;;
      *) COMPREPLY+=("$(printf '%q' "$line")") ;;
    esac
  done < <(wherry __complete -- "\${words[@]}" 2>/dev/null)
  case $directive in
    :files) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    :directories) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
  esac
}
complete -F _wherry wherry
`,
  zsh: `#compdef wherry
# zsh completion for wherry: eval "$(wherry completion zsh)"
_wherry() {
  local -a found
  local line directive=:none
  while IFS= read -r line; do
    case $line in
      :files|:directories|:none) directive=$line ;;
      *) found+=("$line") ;;
    esac
  done < <(wherry __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  case $directive in
    :files) _files ;;
    :directories) _files -/ ;;
    *) compadd -a found ;;
  esac
}
compdef _wherry wherry
`,
  fish: `# fish completion for wherry: wherry completion fish | source
function __wherry_complete
  set -l words (commandline -opc)[2..] (commandline -ct)
  for line in (wherry __complete -- $words 2>/dev/null)
    switch $line
      case ':none'
      case ':files'
        __fish_complete_path (commandline -ct)
      case ':directories'
        __fish_complete_directories (commandline -ct)
      case '*'
        echo $line
    end
  end
end
complete -c wherry -f -a '(__wherry_complete)'
`,
};
