using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Sluice.Samples.Tests;

/// <summary>Each test of the samples' Python code as a test of its own, so that all are counted and named.</summary>
public sealed partial class PythonTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    private static readonly string Folder = Path.Combine(FindRoot(), "samples", "trainer");

    public static TheoryData<string> Names()
    {
        var names = new TheoryData<string>();
        foreach (var file in Directory.EnumerateFiles(Folder, "test_*.py").Order(StringComparer.Ordinal))
        {
            var className = "";
            foreach (var line in File.ReadLines(file))
            {
                className = ClassLine().Match(line) is { Success: true } found ? found.Groups[1].Value : className;
                if (TestLine().Match(line) is { Success: true } test)
                {
                    names.Add($"{Path.GetFileNameWithoutExtension(file)}.{className}.{test.Groups[1].Value}");
                }
            }
        }

        return names;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Python(string name)
    {
        var start = new ProcessStartInfo("python3", ["-B", "-m", "unittest", name])
        {
            WorkingDirectory = Folder,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            var output = await process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            Assert.True(process.ExitCode == 0, output);
            Assert.Contains("Ran 1 test", output, StringComparison.Ordinal);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Orleans.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("the tests do not run inside the repository");
    }

    [GeneratedRegex(@"^class (\w+)\(")]
    private static partial Regex ClassLine();

    [GeneratedRegex(@"^    def (test_\w+)\(")]
    private static partial Regex TestLine();
}
