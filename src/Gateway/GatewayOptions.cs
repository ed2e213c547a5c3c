using System.ComponentModel.DataAnnotations;
using Sluice.Gateway.Access;

namespace Sluice.Gateway;

/// <summary>Settings of the gateway.</summary>
public sealed class GatewayOptions
{
    /// <summary>The largest body, in bytes; a larger one gets 413. 1 KiB to 64 MiB; default 1 MiB.</summary>
    [Range(1024, 64 * 1024 * 1024)]
    public int MaxBodyBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// Requests that are handled at once; one more gets 503, but for health probes. 1 to 1,000,000; default 10,000.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxConcurrentRequests { get; set; } = 10_000;

    /// <summary>Records that <c>/get_all_jobs</c> asks of the store at a time. 1 to 10,000; default 1,000.</summary>
    [Range(1, 10_000)]
    public int PageSize { get; set; } = 1000;

    /// <summary>Deletions of one <c>/delete</c> request that run at once. 1 to 1,000; default 16.</summary>
    [Range(1, 1000)]
    public int MaxConcurrentDeletions { get; set; } = 16;

    /// <summary>
    /// Readers of events that may wait for new ones at once; one more is answered at once with what there is.
    /// 0 to 100,000; default 1,000.
    /// </summary>
    [Range(0, 100_000)]
    public int MaxWaitingReaders { get; set; } = 1000;

    /// <summary>
    /// Large <c>/set</c> requests, more than 1 MiB or of unknown length, that are taken at once; others wait for one of
    /// them to be done. 1 to 1,000; default 4.
    /// </summary>
    [Range(1, 1000)]
    public int MaxConcurrentLargeSets { get; set; } = 4;

    /// <summary>
    /// Numbers of stage queues that name no list, which one address (of version 6: one /64) may ask for at once; with
    /// none left, every number that it has not used with success before gets 429. 1 to 1,000,000; default 30.
    /// </summary>
    [Range(1, 1_000_000)]
    public int GuessBurst { get; set; } = 30;

    /// <summary>Such numbers that an address gets back, a minute. 1 to 60,000; default 6.</summary>
    [Range(1, 60_000)]
    public int GuessesPerMinute { get; set; } = 6;

    /// <summary>Stage queues that one address may create at once. 1 to 1,000,000; default 2,000.</summary>
    [Range(1, 1_000_000)]
    public int ListCreationBurst { get; set; } = 2000;

    /// <summary>Such creations that an address gets back, a minute. 1 to 60,000; default 120.</summary>
    [Range(1, 60_000)]
    public int ListCreationsPerMinute { get; set; } = 120;

    /// <summary>
    /// Pairs of an address and a stage queue that it has used, kept in memory, and as many of those that it asked for
    /// in vain; of more the least recently used go, a twentieth at a time, and count as not used before. About 300
    /// bytes each. 100 to 10,000,000; default 100,000.
    /// </summary>
    [Range(100, 10_000_000)]
    public int MaxRememberedUses { get; set; } = 100_000;

    /// <summary>
    /// How often a grain call of unknown outcome is sent again. 0 to 100; default 3, on a cluster 30.
    /// </summary>
    [Range(0, 100)]
    public int MaxRetries { get; set; } = 3;

    /// <summary>
    /// The wait before the first retry, four times as long before each next, up to half a second. 0 to 1 s; default
    /// 20 ms.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// No retry starts later than this after the first call. 0 to 30 s; default 2 s, on a cluster 8 s, in which it
    /// notices that a silo is gone.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:30")]
    public TimeSpan RetryWindow { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a process that was asked to end goes on to serve, while <c>/readyz</c> says that it is not ready: in
    /// this time load balancers must have turned away from it. 0 to 60 s; default 0, on a cluster 2 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan DrainTime { get; set; }

    /// <summary>How long <c>/readyz</c> waits for the capacity grain. 1 ms to 30 s; default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:30")]
    public TimeSpan ReadyTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Names and addresses, without port, under which this gateway is known beside the loopback ones. A request with
    /// another Host gets 403. Read once, when the routes are mapped. Default none; at most 1,000.
    /// </summary>
    [MaxLength(1000)]
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>Who may do what; null: whoever reaches the gateway may do all.</summary>
    public AuthTokens? Tokens { get; set; }

    /// <summary>
    /// A token that is accepted with the role report where <see cref="Tokens"/> is set: made at the server's start and
    /// handed to the jobs that it runs. 16 to 1,024 characters; null: none.
    /// </summary>
    [StringLength(AuthTokens.MaxTokenLength, MinimumLength = AuthTokens.MinTokenLength)]
    public string? InternalReportToken { get; set; }

    /// <summary>True: other machines may be served without tokens (<c>--open</c>). Default false.</summary>
    public bool IsOpen { get; set; }

    /// <summary>
    /// The port on which only the monitoring routes and health are served; null: none. It may be set after the start,
    /// when a dynamic port has become known.
    /// </summary>
    [Range(1, 65535)]
    public int? MonitoringPort { get; set; }

    /// <summary>Adds the host names and addresses of listening addresses to <see cref="AllowedHosts"/>.</summary>
    /// <param name="urls">Such as <c>http://gpu-box:5000</c>; those that name any address add nothing.</param>
    public void AllowHostsOf(IEnumerable<string> urls)
    {
        ArgumentNullException.ThrowIfNull(urls);
        foreach (var url in urls)
        {
            if (ListenAddress.HostOf(url) is { } host && !ListenAddress.IsAnyAddress(host)) AllowedHosts.Add(host);
        }
    }
}
