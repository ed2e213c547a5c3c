using System.CommandLine;
using Sluice.Cli.Output;

namespace Sluice.Cli;

/// <summary>Options that every command takes.</summary>
internal sealed class GlobalOptions
{
    public Option<string?> Server { get; } = new("--server")
    {
        Description = "Address of the server (SLUICE_URL; default http://127.0.0.1:5000, or FLASK_PORT's port)",
        HelpName = "URL",
        Recursive = true,
    };

    public Option<string?> Token { get; } = new("--token")
    {
        Description = "Bearer token (SLUICE_TOKEN)",
        HelpName = "T",
        Recursive = true,
    };

    /// <summary>Shared by the commands that show something.</summary>
    public static Option<string> Output()
    {
        var option = new Option<string>("--output", "-o")
        {
            Description = "table, or json: as the server said it",
            DefaultValueFactory = _ => "table",
            HelpName = "FORMAT",
        };
        option.CompletionSources.Add("table", "json");
        option.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && token.Value is not ("table" or "json"))
            {
                result.AddError($"--output must be table or json, not '{token.Value}'");
            }
        });
        return option;
    }

    /// <summary>An integer with its bounds; the message of a wrong one names both.</summary>
    public static Option<int?> Integer(string name, int least, int most, string helpName, string description) =>
        new(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = result =>
            {
                var text = result.Tokens[^1].Value;
                if (Numbers.TryParse(text, least, most, out var value))
                {
                    return value;
                }

                result.AddError($"{name} must be a whole number from {least} to {most}, not '{text}'");
                return null;
            },
        };
}
