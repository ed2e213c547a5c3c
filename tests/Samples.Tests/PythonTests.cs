using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Sluice.Samples.Tests;

/// <summary>Each test of the repository's Python code as a test of its own, so that all are counted and named.</summary>
public sealed partial class PythonTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);

    private static readonly string Root = FindRoot();

    /// <summary>Where Python is started, and the package there that holds the tests; none: they lie right there.</summary>
    private static readonly (string Folder, string Package)[] Places =
        [("samples/trainer", ""), ("clients/python", "tests")];

    public static TheoryData<string, string> Names()
    {
        var names = new TheoryData<string, string>();
        foreach (var (folder, package) in Places)
        {
            AddNames(names, folder, package);
        }

        return names;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Python(string folder, string name)
    {
        var output = await RunAsync(folder, "-m", "unittest", name);
        Assert.Contains("Ran 1 test", output, StringComparison.Ordinal);
    }

    /// <summary>No test is missed for the way that its name is written.</summary>
    [Fact]
    public async Task Every_test_that_unittest_finds_is_among_them()
    {
        foreach (var (folder, package) in Places)
        {
            var names = new TheoryData<string, string>();
            AddNames(names, folder, package);
            var found = await RunAsync(
                folder, "-c",
                "import sys, unittest; "
                + $"tests = unittest.defaultTestLoader.discover('./{package}', top_level_dir='.'); "
                + "print(tests.countTestCases(), file=sys.stderr)");
            Assert.Equal($"{names.Count}", found.Trim());
        }
    }

    private static void AddNames(TheoryData<string, string> names, string folder, string package)
    {
        var files = Directory.EnumerateFiles(Path.Combine(Root, folder, package), "test_*.py");
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            var module = (package.Length > 0 ? package + "." : "") + Path.GetFileNameWithoutExtension(file);
            var className = "";
            foreach (var line in File.ReadLines(file))
            {
                className = ClassLine().Match(line) is { Success: true } found ? found.Groups[1].Value : className;
                if (TestLine().Match(line) is { Success: true } test)
                {
                    names.Add(folder, $"{module}.{className}.{test.Groups[1].Value}");
                }
            }
        }
    }

    /// <summary>What it said on its error output, where unittest says everything.</summary>
    private static async Task<string> RunAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("python3", ["-B", .. arguments])
        {
            WorkingDirectory = Path.Combine(Root, folder),
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            var output = await process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            Assert.True(process.ExitCode == 0, output);
            return output;
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
