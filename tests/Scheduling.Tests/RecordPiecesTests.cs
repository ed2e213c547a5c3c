using System.Text;
using Sluice.Scheduling.Ranking;

namespace Sluice.Scheduling.Tests;

public sealed class RecordPiecesTests
{
    [Fact]
    public void Without_records_there_are_no_pieces() => Assert.Empty(new RecordPieces().Build());

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10_000)]
    public void Records_follow_each_other_with_commas_between(int count)
    {
        var pieces = new RecordPieces();
        pieces.AddRaw("["u8);
        foreach (var number in Enumerable.Range(1, count))
        {
            pieces.Add(Encoding.UTF8.GetBytes($"{number}"));
        }

        pieces.AddRaw("]"u8);

        Assert.Equal($"[{string.Join(',', Enumerable.Range(1, count))}]", Text(pieces));
    }

    [Fact]
    public void A_piece_is_larger_only_where_a_single_record_is()
    {
        var pieces = new RecordPieces();
        int[] lengths = [.. Enumerable.Repeat(1_000, 200), 3 * RecordPieces.PieceBytes, .. Enumerable.Repeat(30_000, 9)];
        foreach (var length in lengths)
        {
            pieces.Add(new byte[length]);
        }

        var built = pieces.Build();

        // A full piece ends with a comma.
        Assert.Single(built, piece => piece.Length > RecordPieces.PieceBytes + 1);
        Assert.All(built, piece => Assert.NotEqual(0, piece.Length));
        Assert.Equal(lengths.Sum() + lengths.Length - 1, built.Sum(piece => piece.Length));
    }

    private static string Text(RecordPieces pieces) =>
        string.Concat(pieces.Build().Select(piece => Encoding.UTF8.GetString(piece.Span)));
}
