namespace Sluice.Gateway.Http;

/// <summary>Marks a request that came as a HEAD and is served as a GET.</summary>
internal sealed class HeadRequest
{
    public static readonly HeadRequest Mark = new();

    private HeadRequest()
    {
    }
}
