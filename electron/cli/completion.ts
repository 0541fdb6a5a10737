/**
 * Scripts that have a shell complete `latchkey`: its commands and options from the table, apps by asking
 * `latchkey list --names`. An app may be called anything: no script evaluates a name, and each leaves it to the shell to
 * quote what it puts on the line.
 */
import { envTargets } from '../vault/index.ts';
import { UsageError } from './arguments.ts';
import { commands, commonOptions } from './command-table.ts';

export const completionShells = ['bash', 'zsh', 'fish'] as const;

/** @throws UsageError */
export function completionScript(shell: string): string {
  if (shell === 'bash') return bash();
  if (shell === 'zsh') return zsh();
  if (shell === 'fish') return fish();
  throw new UsageError(`It is one of: ${completionShells.join(', ')}.`, 'completion');
}

interface Row {
  readonly name: string;
  readonly options: readonly string[];
  /** Which positional, from 0, is an app; -1 for none. */
  readonly appAt: number;
}

const rows: readonly Row[] = Object.entries(commands).map(([name, { options, positionals }]) => ({
  name,
  options: Object.keys({ ...options, ...commonOptions }).map((option) => `--${option}`),
  appAt: positionals.indexOf('app'),
}));
const signKinds = rows.flatMap(({ name }) => name.match(/^sign (.*)/)?.[1] ?? []);
const firstWords = [...new Set(rows.map(({ name }) => name.split(' ')[0] ?? ''))];
const formats = [...envTargets, 'shell', 'json'];
const withValue = [
  ...new Set(
    Object.values(commands)
      .flatMap(({ options }) => Object.entries({ ...options, ...commonOptions }))
      .flatMap(([name, { type }]) => (type === 'string' ? [`--${name}`] : [])),
  ),
];

const bash = () => `# Has bash complete latchkey. To load it: source <(latchkey completion bash)
_latchkey() {
  local IFS=$' \\t\\n' latchkey=$1 replaced=$2 line=\${COMP_LINE:0:COMP_POINT} cur plain piece word name kept folder='' before=''
  local -i i=0 at=0 program=0
  local -a words=() replies=() given=()
  local command='' options='--data-folder --help --version' app_at=-1
  COMPREPLY=()

  # The words as the shell has them. Readline divides them at “@”, “=” and “:” as well.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    piece=\${COMP_WORDS[i]}
    if ((i == 0)) || [[ $line == [[:blank:]]* ]]; then
      line=\${line#"\${line%%[![:blank:]]*}"}
      words+=('')
    fi
    ((i == COMP_CWORD)) && piece=$line
    words[\${#words[@]}-1]+=$piece
    line=\${line#"$piece"}
    [[ \${words[\${#words[@]}-1]} == -- && $command == exec ]] && ((program == 0)) && ((i < COMP_CWORD)) && program=i+1
    # Enough is known here to tell whether “--” ends the command's own words.
    [[ \${words[\${#words[@]}-1]} == exec ]] && command=exec
  done
  cur=\${words[\${#words[@]}-1]}

  if ((program > 0)); then
    if declare -F _command_offset >/dev/null; then
      _command_offset "$program"
    elif ((program == COMP_CWORD)); then
      COMPREPLY=($(compgen -A command -- "$cur"))
    else
      compopt -o default 2>/dev/null
    fi
    return
  fi

  command=''
  for ((i = 1; i < \${#words[@]} - 1; i++)); do
    word=\${words[i]}
    if [[ -n $before ]]; then
      [[ $before == --data-folder ]] && folder=$word
      before=''
      continue
    fi
    case $word in
      ${withValue.join('|')}) before=$word ;;
      -*) ;;
      *) given+=("$word") ;;
    esac
  done

  case $before in
    --format) replies=(${formats.join(' ')}) ;;
    --data-folder)
      compopt -o nospace -o filenames 2>/dev/null
      while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen -d -- "$cur")
      return
      ;;
    --*) return ;;
  esac

  case "\${given[0]-} \${given[1]-}" in
${rows
  .map(({ name, options, appAt }) => {
    const isTwo = name.includes(' ');
    const at = appAt === -1 ? -1 : appAt + (isTwo ? 2 : 1);
    return `    ${isTwo ? `'${name}'` : `${name}\\ *`}) options='${options.join(' ')}' app_at=${at} ;;`;
  })
  .join('\n')}
  esac

  # Without quotes and backslashes, as far as it goes: this is compared, and never evaluated.
  plain=\${cur#[\\"\\']}
  plain=\${plain//\\\\/}
  if [[ -n $before ]]; then
    :
  elif [[ $cur == -* ]]; then
    replies=($options)
  elif ((\${#given[@]} == 0)); then
    replies=(${firstWords.join(' ')})
  elif ((\${#given[@]} == 1)) && [[ \${given[0]} == sign ]]; then
    replies=(${signKinds.join(' ')})
  elif ((\${#given[@]} == 1)) && [[ \${given[0]} == completion ]]; then
    replies=(${completionShells.join(' ')})
  elif ((\${#given[@]} == app_at)); then
    given=()
    if [[ -n $folder ]]; then
      folder=\${folder//[\\"\\'\\\\]/}
      [[ $folder == \\~/* ]] && folder=$HOME\${folder:1}
      given=(--data-folder "$folder")
    fi
    while IFS= read -r name; do
      if [[ $cur == [\\"\\']* ]]; then
        # Inside of quotes that were opened, only what means itself there.
        [[ $name == *[\\"\\'\\\\\\$\\\`!]* ]] && continue
        [[ $name == "$plain"* ]] && COMPREPLY+=("$name")
      elif [[ $name == "$plain"* ]]; then
        printf -v name %q "$name"
        COMPREPLY+=("$name")
      fi
    done < <("$latchkey" list --names \${given[@]+"\${given[@]}"} 2>/dev/null </dev/null)
  fi
  for name in \${replies[@]+"\${replies[@]}"}; do
    [[ $name == "$plain"* ]] && COMPREPLY+=("$name")
  done

  # Readline replaces only what it takes for the word.
  kept=\${cur%"$replaced"}
  if [[ $cur != [\\"\\']* && -n $kept ]]; then
    replies=()
    for name in \${COMPREPLY[@]+"\${COMPREPLY[@]}"}; do
      [[ $name == "$kept"* ]] && replies+=("\${name#"$kept"}")
    done
    COMPREPLY=(\${replies[@]+"\${replies[@]}"})
  fi
}
complete -F _latchkey latchkey
`;

const zsh = () => `#compdef latchkey
# Has zsh complete latchkey. To load it: source <(latchkey completion zsh)
_latchkey() {
  local word before='' folder=''
  local -i i app_at=-1
  local -a given options names
  options=(--data-folder --help --version)
  for ((i = 2; i < CURRENT; i++)); do
    word=\${(Q)words[i]}
    if [[ -n $before ]]; then
      [[ $before == --data-folder ]] && folder=$word
      before=''
      continue
    fi
    if [[ $word == -- && \${given[1]} == exec ]]; then
      # Another program's words.
      shift $i words
      ((CURRENT -= i))
      _normal
      return
    fi
    case $word in
      ${withValue.join('|')}) before=$word ;;
      -*) ;;
      *) given+=("$word") ;;
    esac
  done

  case $before in
    --format) compadd -- ${formats.join(' ')}; return ;;
    --data-folder) _files -/; return ;;
    --body) _files -P @; return ;;
    --*) return ;;
  esac

  case "\${given[1]} \${given[2]}" in
${rows
  .map(({ name, options, appAt }) => {
    const isTwo = name.includes(' ');
    const at = appAt === -1 ? -1 : appAt + (isTwo ? 2 : 1);
    return `    ${isTwo ? `'${name}'` : `${name}\\ *`}) options=(${options.join(' ')}) app_at=${at} ;;`;
  })
  .join('\n')}
  esac

  if [[ $PREFIX == -* ]]; then
    compadd -- $options
  elif (($#given == 0)); then
    compadd -- ${firstWords.join(' ')}
  elif (($#given == 1)) && [[ \${given[1]} == sign ]]; then
    compadd -- ${signKinds.join(' ')}
  elif (($#given == 1)) && [[ \${given[1]} == completion ]]; then
    compadd -- ${completionShells.join(' ')}
  elif (($#given == app_at)); then
    given=()
    [[ -n $folder ]] && given=(--data-folder "\${folder/#\\~\\//$HOME/}")
    names=("\${(@f)$(latchkey list --names $given 2>/dev/null </dev/null)}")
    # It is quoted by zsh. An empty line is no name.
    compadd -a -- names
  fi
}
if [[ \${funcstack[1]} == _latchkey ]]; then
  _latchkey "$@"
else
  compdef _latchkey latchkey
fi
`;

const fish = () => `# Has fish complete latchkey. To load it: latchkey completion fish | source
function __latchkey_complete
  set -l tokens (commandline -opc)
  set -l current (commandline -ct)
  set -l given
  set -l before ''
  set -l folder
  set -l options --data-folder --help --version
  set -l app_at -1
  for index in (seq 2 (count $tokens))
    set -l word $tokens[$index]
    if test -n "$before"
      test "$before" = --data-folder; and set folder --data-folder $word
      set before ''
      continue
    end
    if test "$word" = --; and test "$given[1]" = exec
      # Another program's words.
      set -l rest (string escape -- $tokens[(math $index + 1)..-1])
      complete -C (string join ' ' -- $rest $current)
      return
    end
    switch $word
      case ${withValue.join(' ')}
        set before $word
      case '-*'
      case '*'
        set -a given $word
    end
  end

  switch "$before"
    case --format
      printf '%s\\n' ${formats.join(' ')}
      return
    case --data-folder
      __fish_complete_directories "$current"
      return
    case '--*'
      return
  end

  switch "$given[1] $given[2]"
${rows
  .map(({ name, options, appAt }) => {
    const isTwo = name.includes(' ');
    const at = appAt === -1 ? -1 : appAt + (isTwo ? 2 : 1);
    return `    case '${isTwo ? name : `${name} *`}'\n      set options ${options.join(' ')}\n      set app_at ${at}`;
  })
  .join('\n')}
  end

  set -l position (count $given)
  if string match -q -- '-*' "$current"
    printf '%s\\n' $options
  else if test $position -eq 0
    printf '%s\\n' ${firstWords.join(' ')}
  else if test $position -eq 1; and test "$given[1]" = sign
    printf '%s\\n' ${signKinds.join(' ')}
  else if test $position -eq 1; and test "$given[1]" = completion
    printf '%s\\n' ${completionShells.join(' ')}
  else if test $position -eq $app_at
    latchkey list --names $folder 2>/dev/null </dev/null
  end
end
complete -c latchkey -f -a '(__latchkey_complete)'
`;
