using System.Collections.Immutable;

namespace Sluice.Scheduling.Ranking;

/// <summary>
/// Joins encoded records with commas, in pieces of about 64 KiB that are sent one after the other: copying them once is
/// cheaper than handling each by itself. Not for concurrent use.
/// </summary>
/// <param name="expectedBytes">Of the first piece; it grows as it must.</param>
public sealed class RecordPieces(int expectedBytes = RecordPieces.PieceBytes)
{
    /// <summary>A piece is larger only where a single record is.</summary>
    public const int PieceBytes = 64 * 1024;

    private readonly ImmutableArray<ReadOnlyMemory<byte>>.Builder _pieces =
        ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();

    private readonly List<byte> _piece = new(expectedBytes);
    private bool _hasRecords;

    /// <summary>Adds a record, and a comma before it where it is not the first.</summary>
    public void Add(ReadOnlySpan<byte> record)
    {
        if (_hasRecords)
        {
            _piece.Add((byte)',');
        }

        _hasRecords = true;
        if (_piece.Count + record.Length > PieceBytes)
        {
            EndPiece();
        }

        _piece.AddRange(record);
    }

    /// <summary>Adds what is no record, such as a bracket.</summary>
    public void AddRaw(ReadOnlySpan<byte> text) => _piece.AddRange(text);

    /// <summary>All pieces; none is empty.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Build()
    {
        EndPiece();
        return _pieces.ToImmutable();
    }

    private void EndPiece()
    {
        if (_piece.Count > 0)
        {
            _pieces.Add(_piece.ToArray());
            _piece.Clear();
        }
    }
}
