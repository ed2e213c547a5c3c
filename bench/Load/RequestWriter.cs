namespace Sluice.Bench.Load;

/// <summary>Puts one request after the other together.</summary>
internal sealed class RequestWriter(string host)
{
    private readonly byte[] _hostLine = System.Text.Encoding.ASCII.GetBytes($" HTTP/1.1\r\nHost: {host}\r\n");
    private readonly Utf8Text _whole = new(8192);

    /// <summary>Method and path, such as <c>GET /get_job/a</c>.</summary>
    public Utf8Text Line { get; } = new(1024);

    /// <summary>Header lines beside those that every request has, each with its end of line.</summary>
    public Utf8Text Headers { get; } = new(1024);

    /// <summary>JSON; none where it stays empty.</summary>
    public Utf8Text Body { get; } = new(4096);

    public void Clear()
    {
        Line.Clear();
        Headers.Clear();
        Body.Clear();
    }

    /// <summary>The request's bytes, until the next call.</summary>
    public ReadOnlySpan<byte> Finish()
    {
        _whole.Clear().Add(Line.Bytes).Add(_hostLine).Add(Headers.Bytes);
        if (Body.Length > 0)
        {
            _whole.Add("Content-Type: application/json\r\nContent-Length: "u8).Add(Body.Length).Add("\r\n"u8);
        }

        return _whole.Add("\r\n"u8).Add(Body.Bytes).Bytes;
    }
}
