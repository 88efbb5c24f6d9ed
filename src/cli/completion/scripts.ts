/** Shells that `wherry completion` writes a script for. */
export type Shell = 'bash' | 'zsh' | 'fish';

/**
 * The script that a shell evaluates. It asks `wherry __complete -- WORDS…`, which prints a word a line and at the end
 * `:files`, `:directories` or `:none`.
 */
export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `# bash completion for wherry: eval "$(wherry completion bash)"
_wherry() {
  local rest=\${COMP_LINE#*"\${COMP_WORDS[0]}"} words=() word line directive=:none
  # Bash splits words at ":" and "=" too: what stands together on the line is one.
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ -z $rest || $rest == [[:space:]]* || \${#words[@]} -eq 0 ]]; then words+=(""); fi
    rest=\${rest#"\${rest%%[![:space:]]*}"}
    rest=\${rest#"$word"}
    words[\${#words[@]} - 1]+=$word
  done
  local current=\${words[\${#words[@]} - 1]} before=
  if [[ $current == *[:=]* ]]; then before=\${current%"\${current##*[:=]}"}; fi
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files | :directories | :none) directive=$line ;;
      *) COMPREPLY+=("$(printf '%q' "\${line#"$before"}")") ;;
    esac
  done < <(wherry __complete -- "\${words[@]}" 2>/dev/null)
  case $directive in
    :files) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "\${current#"$before"}") ;;
    :directories) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "\${current#"$before"}") ;;
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
  [[ $directive != :none && $words[CURRENT] == --*=* ]] && compset -P '*='
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
  set -l before (string replace -r '^(--[^=]+=|).*' '$1' -- (commandline -ct))
  set -l value (string replace -r '^--[^=]+=' '' -- (commandline -ct))
  for line in (wherry __complete -- $words 2>/dev/null)
    switch $line
      case ':none'
      case ':files'
        string replace -r '^' -- $before (__fish_complete_path $value)
      case ':directories'
        string replace -r '^' -- $before (__fish_complete_directories $value)
      case '*'
        echo $line
    end
  end
end
complete -c wherry -f -a '(__wherry_complete)'
`,
};
