using System.Globalization;

namespace Sluice.Lab.Workloads;

/// <summary>Rows of a comma-separated file with a header, without quotes; errors name the file, line and column.</summary>
internal sealed class CsvRows
{
    private const int MaxLines = 1_000_000;

    private readonly string _path;
    private readonly Dictionary<string, int> _columns;
    private readonly List<(int Line, string[] Cells)> _rows = [];

    private CsvRows(string path, string header)
    {
        _path = path;
        _columns = new(StringComparer.Ordinal);
        foreach (var column in header.Split(','))
        {
            if (!_columns.TryAdd(column.Trim(), _columns.Count))
            {
                throw new InvalidDataException($"{path} has two columns {column.Trim()}");
            }
        }
    }

    public IEnumerable<Row> Rows => _rows.Select(row => new Row(this, row.Line, row.Cells));

    /// <exception cref="InvalidDataException">It is empty, too long, or a row has too few cells.</exception>
    public static CsvRows Read(string path)
    {
        CsvRows? rows = null;
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (rows is null)
            {
                rows = new(path, line);
            }
            else if (line.Length > 0)
            {
                rows.Add(number, line.Split(','));
            }
        }

        return rows ?? throw new InvalidDataException($"{path} is empty");
    }

    private void Add(int line, string[] cells)
    {
        if (cells.Length != _columns.Count || line > MaxLines)
        {
            throw new InvalidDataException(
                line > MaxLines
                    ? $"{_path} has more than {MaxLines} lines"
                    : $"{_path}:{line} has {cells.Length} cells where the header has {_columns.Count}");
        }

        _rows.Add((line, cells));
    }

    internal readonly record struct Row(CsvRows File, int Line, string[] Cells)
    {
        public string Text(string column) => File._columns.TryGetValue(column, out var index)
            ? Cells[index].Trim()
            : throw new InvalidDataException($"{File._path} has no column {column}");

        public double Number(string column) =>
            double.TryParse(Text(column), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                && double.IsFinite(value)
                ? value
                : throw Wrong(column, "is no number");

        public double Number(string column, double least, double most) =>
            Number(column) is var value && value >= least && value <= most
                ? value
                : throw Wrong(column, FormattableString.Invariant($"is not from {least} to {most}"));

        public int Count(string column, int least, int most) =>
            Number(column) is var value && value >= least && value <= most && value == (int)value
                ? (int)value
                : throw Wrong(column, $"is no whole number from {least} to {most}");

        /// <summary>Says where it is and what it is.</summary>
        public InvalidDataException Wrong(string column, string how) =>
            new($"{File._path}:{Line}: {column} '{Text(column)}' {how}");
    }
}
