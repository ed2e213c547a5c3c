using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sluice.Bench.Load;

/// <summary>
/// One keep-alive connection with at most one outstanding request. After an answer it sends the next request on the
/// thread that received the answer, without allocating.
/// </summary>
internal sealed class LoadConnection : IDisposable
{
    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    private readonly int _number;
    private readonly Socket _socket;
    private readonly SocketAsyncEventArgs _receive = new();
    private readonly AnswerReader _reader = new();
    private readonly RequestWriter _request;
    private TaskCompletionSource _over = new();
    private IWork _work = null!;
    private Asked _asked;
    private long _sentAt;
    private long _endAt;

    private LoadConnection(int number, Socket socket, string host)
    {
        _number = number;
        _socket = socket;
        _request = new RequestWriter(host);
        _receive.Completed += (_, _) => Resume();
    }

    public LatencyHistogram Latencies { get; } = new();

    public long Requests { get; private set; }

    public long BodyBytes { get; private set; }

    public static LoadConnection Open(int number, IPEndPoint server)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(server);
        return new LoadConnection(number, socket, server.ToString());
    }

    /// <summary>Works until a time has come, or nothing is left to ask, or something is wrong.</summary>
    /// <param name="work">What to ask.</param>
    /// <param name="endAt">A timestamp of <see cref="Stopwatch"/>; no request is sent after it.</param>
    /// <exception cref="BenchFailure">The connection broke, or an answer was not the right one.</exception>
    public Task RunAsync(IWork work, long endAt)
    {
        _work = work;
        _endAt = endAt;
        _over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Latencies.Clear();
        Requests = 0;
        BodyBytes = 0;
        try
        {
            if (SendNext(Stopwatch.GetTimestamp())) ReceiveAll();
        }
        catch (Exception problem)
        {
            Fail(problem);
        }

        return _over.Task;
    }

    public void Dispose()
    {
        _socket.Dispose();
        _receive.Dispose();
    }

    private void Resume()
    {
        try
        {
            if (TakeReceived()) ReceiveAll();
        }
        catch (Exception problem)
        {
            Fail(problem);
        }
    }

    private void ReceiveAll()
    {
        do
        {
            _receive.SetBuffer(_reader.Free);
            if (_socket.ReceiveAsync(_receive)) return;
        }
        while (TakeReceived());
    }

    /// <returns>True: more is to be received.</returns>
    private bool TakeReceived()
    {
        if (_receive.SocketError is not SocketError.Success) throw new SocketException((int)_receive.SocketError);
        if (_receive.BytesTransferred == 0) throw new IOException("the server closed the connection");
        if (!_reader.Advance(_receive.BytesTransferred)) return true;
        var now = Stopwatch.GetTimestamp();
        var answer = _reader.Answer;
        if (!_work.IsRight(_asked, answer)) throw WrongAnswer(answer);
        if (!_asked.IsBackground) Latencies.Record((long)((now - _sentAt) * NanosecondsPerTick));
        Requests++;
        BodyBytes += answer.Length;
        return SendNext(now);
    }

    /// <returns>True: a request is on its way.</returns>
    private bool SendNext(long now)
    {
        _request.Clear();
        if (now >= _endAt || !_work.TryWrite(_number, _request, out _asked))
        {
            _over.TrySetResult();
            return false;
        }

        _reader.Reset();
        _sentAt = now;
        var bytes = _request.Finish();
        if (_socket.Send(bytes) != bytes.Length) throw new IOException("a request was sent only in part");
        return true;
    }

    private BenchFailure WrongAnswer(Answer answer)
    {
        var start = answer.Start[..Math.Min(400, answer.Start.Length)];
        return new BenchFailure(
            $"a wrong answer to {Encoding.UTF8.GetString(_request.Line.Bytes)} {Encoding.UTF8.GetString(_request.Body.Bytes)}: "
            + $"{answer.Status}, {answer.Length} bytes, {Encoding.UTF8.GetString(start)}");
    }

    private void Fail(Exception problem) => _over.TrySetException(
        problem as BenchFailure
        ?? new BenchFailure($"{Encoding.UTF8.GetString(_request.Line.Bytes)}: {problem.Message}", problem));
}
