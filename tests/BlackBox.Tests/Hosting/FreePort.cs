using System.Net.Sockets;

namespace Sluice.BlackBox.Tests.Hosting;

/// <summary>
/// Ports for servers that come back on the same one. Not from the range that the system gives to clients: a client that
/// tries to reach a server that is down could otherwise be given that very port, and keep it.
/// </summary>
internal static class FreePort
{
    private const int First = 15_000;
    private const int End = 32_000;

    public static int Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, End);
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Any, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody else's: try another.
            }
        }
    }
}
