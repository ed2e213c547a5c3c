namespace Sluice.EmbeddedHost.Tests.Promises.Grains;

[GrainType("test-subject")]
public sealed class SubjectGrain : Grain, ISubjectGrain
{
    private readonly Probe _probe;
    private readonly Guid _activation = Guid.NewGuid();
    private int _peeks;
    private int _churned;
    private int _overlaps;
    private bool _isInside;

    public SubjectGrain(Probe probe)
    {
        _probe = probe;
        Key = this.GetPrimaryKeyString();
        _probe.Add($"{Key}/made");
        _probe.Add($"{Key}/alive");
    }

    private string Key { get; }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _probe.Add($"{Key}/ended-{reason.ReasonCode}");
        await Task.Yield();
        _probe.Add($"{Key}/alive", -1);
        _probe.Raise($"{Key}/ended");
    }

    public async Task HoldAsync(string gate)
    {
        _probe.Raise($"{Key}/{gate}-reached");
        await _probe.WhenAsync($"{Key}/{gate}");
    }

    public Task ReadAsync(string gate) => HoldAsync(gate);

    public Task<int> PeekAsync() => Task.FromResult(++_peeks);

    public async Task ChurnAsync(int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            CountUp();
            await Task.Yield();
            CountUp();
            await Task.Run(static () => { });
            CountUp();
        }
    }

    public Task<(int Count, int Overlaps)> ChurnedAsync() => Task.FromResult((_churned, _overlaps));

    public Task<Guid> GetActivationAsync()
    {
        _probe.Add($"{Key}/alive-at-call", Math.Max(0, _probe.Count($"{Key}/alive") - 1));
        return Task.FromResult(_activation);
    }

    public async Task<Guid> EndAsync(string gate)
    {
        DeactivateOnIdle();
        await HoldAsync(gate);
        return _activation;
    }

    public async Task FailAsync(string message, bool atOnce)
    {
        if (!atOnce)
        {
            await Task.Yield();
        }

        throw new InvalidOperationException(message);
    }

    private void CountUp()
    {
        if (_isInside)
        {
            _overlaps++;
        }

        _isInside = true;
        var before = _churned;
        Thread.SpinWait(200);
        _churned = before + 1;
        _isInside = false;
    }
}
