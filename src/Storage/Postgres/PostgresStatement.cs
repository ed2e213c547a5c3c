using Npgsql;
using NpgsqlTypes;

namespace Sluice.Storage.Postgres;

/// <summary>
/// A statement over any number of rows: each parameter is an array, one entry a row, so that one prepared statement
/// serves every batch.
/// </summary>
internal sealed class PostgresStatement
{
    private readonly List<Action> _clear = [];

    public PostgresStatement(string sql) => Command = new(sql);

    public NpgsqlBatchCommand Command { get; }

    /// <summary>Rows that were added since the last <see cref="Clear"/>.</summary>
    public int Count { get; private set; }

    /// <summary>The next parameter, an array.</summary>
    public List<T> Array<T>(NpgsqlDbType elementType)
    {
        var values = new List<T>();
        Command.Parameters.Add(new NpgsqlParameter<List<T>>
        {
            NpgsqlDbType = NpgsqlDbType.Array | elementType,
            TypedValue = values,
        });
        _clear.Add(values.Clear);
        return values;
    }

    /// <summary>The next parameter, one value.</summary>
    public NpgsqlParameter<T> Value<T>(NpgsqlDbType type)
    {
        var parameter = new NpgsqlParameter<T> { NpgsqlDbType = type };
        Command.Parameters.Add(parameter);
        return parameter;
    }

    /// <summary>A row is complete.</summary>
    public void Add() => Count++;

    public void Clear()
    {
        Count = 0;
        foreach (var clear in _clear)
        {
            clear();
        }
    }
}
