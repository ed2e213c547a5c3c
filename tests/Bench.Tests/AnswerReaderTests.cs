using System.Text;
using Sluice.Bench.Load;

namespace Sluice.Bench.Tests;

public sealed class AnswerReaderTests
{
    private const string Known = "HTTP/1.1 201 Created\r\ncontent-length: 5\r\nDate: now\r\n\r\nhello";
    private const string Chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nB;x=1\r\ndefghijklmn\r\n0\r\n\r\n";

    [Theory]
    [InlineData(Known, 201, "hello")]
    [InlineData(Chunked, 200, "abcdefghijklmn")]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", 204, "")]
    public void An_answer_is_the_same_in_whatever_pieces_it_arrives(string text, int status, string body)
    {
        for (var piece = 1; piece <= text.Length; piece++)
        {
            var reader = new AnswerReader();
            var isWhole = false;
            for (var at = 0; at < text.Length; at += piece)
            {
                Assert.False(isWhole);
                isWhole = Receive(reader, text.Substring(at, Math.Min(piece, text.Length - at)));
            }

            Assert.True(isWhole);
            Assert.Equal(status, reader.Answer.Status);
            Assert.Equal(body, Encoding.UTF8.GetString(reader.Answer.Start));
            Assert.Equal(body.Length, reader.Answer.Length);
            Assert.Equal(body.LastOrDefault(), (char)reader.Answer.Last);
        }
    }

    [Fact]
    public void Of_a_long_body_the_start_is_kept_and_all_is_counted()
    {
        var body = new string('x', AnswerReader.KeptBytes + 99) + "y";
        var reader = new AnswerReader();

        Assert.True(Receive(reader, $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}"));

        Assert.Equal(body.Length, reader.Answer.Length);
        Assert.Equal(AnswerReader.KeptBytes, reader.Answer.Start.Length);
        Assert.Equal((byte)'y', reader.Answer.Last);
    }

    [Fact]
    public void A_reader_that_was_reset_knows_nothing_of_the_answer_before()
    {
        var reader = new AnswerReader();
        Receive(reader, Chunked);
        reader.Reset();

        Assert.True(Receive(reader, Known));
        Assert.Equal("hello", Encoding.UTF8.GetString(reader.Answer.Start));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("SSH-2.0\r\n\r\n")]
    public void What_is_no_single_answer_is_refused(string text) =>
        Assert.Throws<FormatException>(() => Receive(new AnswerReader(), text));

    private static bool Receive(AnswerReader reader, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        bytes.CopyTo(reader.Free);
        return reader.Advance(bytes.Length);
    }
}
