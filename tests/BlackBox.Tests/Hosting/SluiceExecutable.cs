using System.Diagnostics;

namespace Sluice.BlackBox.Tests.Hosting;

/// <summary>The command as it was built: started as a process, as people start it.</summary>
internal static class SluiceExecutable
{
    /// <summary>Beside this assembly's own folder, in the same configuration.</summary>
    public static string Path { get; } = Find();

    /// <summary>The repository that these tests were built from.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>Runs one command to its end.</summary>
    public static Task<CommandResult> RunAsync(params string[] arguments) =>
        RunAsync(arguments, new Dictionary<string, string?>());

    /// <param name="arguments">Of the command.</param>
    /// <param name="variables">Set in its environment; null removes one.</param>
    /// <param name="input">What it reads from standard input.</param>
    public static Task<CommandResult> RunAsync(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> variables, string input = "") =>
        RunProgramAsync(Path, arguments, variables, input);

    /// <summary>As <see cref="RunAsync(IEnumerable{string}, IReadOnlyDictionary{string, string?}, string)"/>, of a
    /// script of the repository.</summary>
    public static async Task<CommandResult> RunProgramAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> variables,
        string input = "")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        SetVariables(start, variables);
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync().InTimeAsync();
            return new(process.ExitCode, await output.InTimeAsync(), await error.InTimeAsync());
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Nothing of the environment that these tests were started in may steer what they test.</summary>
    public static void SetVariables(ProcessStartInfo start, IReadOnlyDictionary<string, string?> variables)
    {
        foreach (var name in new[] { "FLASK_PORT", "MHOST", "MPORT", "SLUICE_URL", "SLUICE_TOKEN", "SLUICE_JOBIX",
            "SLUICE_DEBUG", "PGPASSWORD", "PGPASSFILE" })
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }
    }

    private static string Find()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var path = System.IO.Path.Combine(own.Parent!.Parent!.FullName, "Cli", own.Name, "sluice");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} was not built", path);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "Orleans.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("no folder above has Orleans.sln");
        }

        return folder.FullName;
    }
}

/// <summary>How a command ended.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    public void MustBeDone() =>
        Assert.True(this is { ExitCode: 0, Error: "" }, $"{ExitCode}: {Output} {Error}");

    public void MustHaveFailed(string said)
    {
        Assert.True(ExitCode == 1, $"{ExitCode}: {Output} {Error}");
        Assert.StartsWith("sluice: ", Error, StringComparison.Ordinal);
        Assert.Contains(said, Error, StringComparison.Ordinal);
    }
}
