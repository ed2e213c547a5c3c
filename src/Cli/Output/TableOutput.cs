using Spectre.Console;
using Spectre.Console.Rendering;

namespace Sluice.Cli.Output;

/// <summary>
/// Tables without borders, as the field's tools print them. On a terminal they fit the window; elsewhere each row is
/// one line, however long, so that scripts can cut it.
/// </summary>
internal static class TableOutput
{
    private const int UnboundedWidth = 4096;

    public static Table Columns(params string[] headers)
    {
        var table = new Table().NoBorder();
        foreach (var header in headers)
        {
            table.AddColumn(new TableColumn(new Text(header, new Style(decoration: Decoration.Bold)))
            {
                Padding = new Padding(0, 0, 3, 0),
                NoWrap = header != headers[^1],
            });
        }

        return table;
    }

    /// <summary>Cells are text: a job's name may have brackets.</summary>
    public static Table Row(this Table table, params string[] cells) =>
        table.AddRow(cells.Select(cell => new Text(cell)).ToArray<IRenderable>());

    public static void Write(CliEnvironment environment, IRenderable content)
    {
        if (environment.IsTerminal)
        {
            AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(environment.Out) }).Write(content);
            return;
        }

        foreach (var line in Lines(content))
        {
            environment.Out.WriteLine(line);
        }
    }

    /// <summary>The content as plain lines without trailing spaces.</summary>
    public static IEnumerable<string> Lines(IRenderable content)
    {
        using var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = UnboundedWidth;
        console.Write(content);
        return text.ToString().TrimEnd().Split('\n').Select(line => line.TrimEnd());
    }
}
