namespace Sluice.Cli.Completion;

/// <summary>
/// The scripts ask the command itself, by <c>sluice "[suggest:POSITION]" "LINE"</c>, so that they know every option
/// and the names of jobs. The line starts with the plain word <c>sluice</c>, however the command was called. What a
/// name may contain is never evaluated.
/// </summary>
internal static class CompletionScripts
{
    private const string Bash = """
        # For ~/.bashrc: source <(sluice completion bash)
        _sluice() {
          local rest=${COMP_LINE#"${COMP_WORDS[0]}"} current=${COMP_WORDS[COMP_CWORD]} candidate
          local point=$((COMP_POINT - ${#COMP_WORDS[0]} + 6))
          COMPREPLY=()
          while IFS= read -r candidate; do
            if [[ -n $candidate && $candidate == "$current"* ]]; then
              COMPREPLY+=("$(printf '%q' "$candidate")")
            fi
          done < <("${COMP_WORDS[0]}" "[suggest:$point]" "sluice$rest" 2>/dev/null)
        }
        complete -o default -F _sluice sluice

        """;

    private const string Zsh = """
        #compdef sluice
        # For ~/.zshrc, after compinit: source <(sluice completion zsh)
        _sluice() {
          local line="sluice ${(j: :)words[2,CURRENT]}"
          local -a candidates
          candidates=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
          candidates=(${candidates:#})
          if (( ${#candidates} )); then
            compadd -- "${candidates[@]}"
          else
            _files
          fi
        }
        compdef _sluice sluice

        """;

    private const string Fish = """
        # For ~/.config/fish/completions/sluice.fish: sluice completion fish > that file
        function __sluice_complete
          set -l words (commandline -opc)
          set -l current (commandline -ct)
          set -l line (string join ' ' sluice $words[2..-1] "$current")
          command $words[1] "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c sluice -a '(__sluice_complete)'

        """;

    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish"];

    /// <returns>Null: there is none for such a shell.</returns>
    public static string? Find(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        _ => null,
    };
}
