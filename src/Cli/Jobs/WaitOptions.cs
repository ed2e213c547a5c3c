using System.CommandLine;

namespace Sluice.Cli.Jobs;

/// <summary>The options <c>--wait</c> and <c>--timeout</c> of the commands that change something.</summary>
internal sealed class WaitOptions
{
    public const int DefaultSeconds = 300;
    private const int MaxSeconds = 30 * 24 * 3600;

    private readonly Option<bool> _wait;
    private readonly Option<int?> _timeout;
    private readonly int? _defaultSeconds;

    private WaitOptions(string until, int? defaultSeconds)
    {
        _wait = new("--wait") { Description = $"Return only when {until}" };
        _defaultSeconds = defaultSeconds;
        _timeout = GlobalOptions.Integer(
            "--timeout", 1, MaxSeconds, "S", "With --wait: fail after so many seconds "
                + (defaultSeconds is { } seconds ? $"(default {seconds})" : "(default: however long it takes)"));
    }

    /// <param name="command">Gets the options.</param>
    /// <param name="until">What is waited for, such as <c>the job runs</c>.</param>
    /// <param name="defaultSeconds">The longest wait where none is given; null: however long it takes.</param>
    public static WaitOptions AddTo(Command command, string until, int? defaultSeconds = DefaultSeconds)
    {
        var options = new WaitOptions(until, defaultSeconds);
        command.Add(options._wait);
        command.Add(options._timeout);
        command.Validators.Add(result =>
        {
            if (result.GetResult(options._timeout) is { Implicit: false } && !result.GetValue(options._wait))
            {
                result.AddError("--timeout goes with --wait");
            }
        });
        return options;
    }

    /// <summary>How long to wait; null: not at all.</summary>
    public TimeSpan? Read(ParseResult parsed) =>
        !parsed.GetValue(_wait) ? null
        : (parsed.GetValue(_timeout) ?? _defaultSeconds) is { } seconds ? TimeSpan.FromSeconds(seconds)
        : TimeSpan.MaxValue;
}
