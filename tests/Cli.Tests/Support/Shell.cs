using System.Text;

namespace Sluice.Cli.Tests.Support;

/// <summary>Runs commands in this process and keeps what they print.</summary>
internal sealed class Shell
{
    private readonly Dictionary<string, string> _variables = [];

    public ImpatientTime Time { get; } = new();

    /// <summary>Standard input.</summary>
    public byte[] Input { get; set; } = [];

    public Shell With(string variable, string value)
    {
        _variables[variable] = value;
        return this;
    }

    public Task<ShellResult> RunAsync(params string[] arguments) => RunAsync(arguments, CancellationToken.None);

    public async Task<ShellResult> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var bytes = new MemoryStream();
        var code = await SluiceCommand.RunAsync(arguments, Environment(output, error, bytes), cancellationToken);
        return new(code, output.ToString(), error.ToString(), Encoding.UTF8.GetString(bytes.ToArray()));
    }

    public CliEnvironment Environment(TextWriter output, TextWriter error, Stream bytes) => new()
    {
        Variable = name => _variables.GetValueOrDefault(name),
        Out = output,
        Error = error,
        OpenInput = () => new MemoryStream(Input),
        OpenOutput = () => bytes,
        IsTerminal = false,
        Progress = new(console: null, Time),
        Time = Time,
    };
}

/// <param name="Code">The exit status.</param>
/// <param name="Out">Text on standard output.</param>
/// <param name="Error">Text on standard error.</param>
/// <param name="Bytes">What was written to standard output as bytes.</param>
internal sealed record ShellResult(int Code, string Out, string Error, string Bytes)
{
    /// <summary>Failures are one line on standard error, and nothing else.</summary>
    public void HasFailed(int code, string message)
    {
        Assert.Equal("", Out);
        Assert.Equal($"sluice: {message}\n", Error);
        Assert.Equal(code, Code);
    }

    public void HasFailedSaying(int code, string part)
    {
        Assert.StartsWith("sluice: ", Error, StringComparison.Ordinal);
        Assert.Contains(part, Error, StringComparison.Ordinal);
        Assert.Equal(1, Error.Count(character => character == '\n'));
        Assert.Equal(code, Code);
    }
}
