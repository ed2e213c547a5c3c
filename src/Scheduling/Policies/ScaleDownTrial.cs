using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Policies;

/// <summary>
/// What a waiting job would find if some running ones gave up GPUs. Only counts: which GPUs they are makes no
/// difference to whether it fits, and the draft stays as it is.
/// </summary>
internal sealed class ScaleDownTrial
{
    private readonly JobClaim _waiting;
    private readonly long _needed;
    private readonly int[] _givenOnNode;
    private long _slots;
    private long _open;
    private long _quotaLeft;

    public ScaleDownTrial(ClusterDraft draft, JobClaim waiting)
    {
        _waiting = waiting;
        _needed = (long)waiting.GpuReq * waiting.Replicas;
        _givenOnNode = new int[draft.NodeCount];
        (_slots, _open, _quotaLeft) = draft.OpenTo(waiting);
    }

    /// <summary>True where the waiting job fits at its least.</summary>
    public bool Fits => _slots >= _waiting.Replicas && _needed <= _quotaLeft;

    /// <summary>False: it does not fit with so many GPUs more, wherever they are.</summary>
    public bool CouldFit(int moreGpus) => _needed <= _open + moreGpus;

    /// <summary>The job gives up so many GPUs a replica; negative: it takes them back.</summary>
    public void Give(Giver giver, int gpuCount)
    {
        foreach (var (node, blocks) in giver.Nodes)
        {
            var before = node.Room(withComing: true) + _givenOnNode[node.Index];
            var given = blocks * gpuCount;
            _givenOnNode[node.Index] += given;
            _slots += ((before + given) / _waiting.GpuReq) - (before / _waiting.GpuReq);
            _open += given;
        }

        if (giver.Entry.Claim.Namespace == _waiting.Namespace)
        {
            _quotaLeft += gpuCount * giver.Entry.Claim.Replicas;
        }
    }
}
