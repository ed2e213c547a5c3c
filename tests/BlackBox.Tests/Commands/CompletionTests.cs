using System.Diagnostics;

namespace Sluice.BlackBox.Tests.Commands;

/// <summary>What bash completes with the script that the command prints.</summary>
public sealed class CompletionTests
{
    /// <summary>Calls the script's function as bash does, for the line in <c>$1</c>.</summary>
    private const string Press = """
        source "$2"
        COMP_LINE=$1; COMP_POINT=${#1}; read -ra COMP_WORDS <<<"$1"
        [[ $1 == *" " ]] && COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        COMP_WORDS[0]=$3; COMP_LINE="$3${COMP_LINE#sluice}"; COMP_POINT=${#COMP_LINE}
        _sluice
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    [Fact]
    public async Task Commands_options_and_names_of_jobs_are_completed_and_names_are_never_evaluated()
    {
        await using var server = await SluiceServer.StartAsync("--gpus", "1");
        await server.Api.AddJobAsync("wide");
        await server.Api.AddJobAsync("w$(touch evaluated)");
        var script = server.Write("completion.bash", (await server.RunAsync("completion", "bash")).Output);

        Assert.Equal(["delete", "demo", "deploy"], await CompleteAsync(server, script, "sluice de"));
        Assert.Equal(["json", "table"], await CompleteAsync(server, script, "sluice jobs -o "));
        // On a busy machine the names may come too late for a person, and then none are offered.
        string[] names = [];
        await Patience.UntilAsync(
            async () => (names = await CompleteAsync(server, script, "sluice delete -n w")).Length > 0, "names come");
        Assert.Equal(["w\\$\\(touch\\ evaluated\\)", "wide"], names);
        Assert.False(File.Exists(Path.Combine(server.Folder, "evaluated")));
    }

    private static async Task<string[]> CompleteAsync(SluiceServer server, string script, string line)
    {
        var start = new ProcessStartInfo("bash")
        {
            RedirectStandardOutput = true,
            WorkingDirectory = server.Folder,
            ArgumentList = { "-c", Press, "bash", line, script, SluiceExecutable.Path },
            Environment = { ["SLUICE_URL"] = server.Address.ToString() },
        };
        using var bash = Process.Start(start)!;
        var output = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }
}
