using System.Collections.Immutable;
using Sluice.Scheduling.Ledger;

namespace Sluice.Scheduling.Policies;

/// <summary>
/// One node of a <see cref="ClusterDraft"/>: who holds its GPUs, and which of them somebody is to have.
/// </summary>
internal sealed class NodeDraft
{
    private readonly bool[] _isThere;
    private readonly bool[] _isPlanned;
    private readonly string?[] _holders;

    /// <summary>Nobody holds anything of it yet.</summary>
    /// <param name="shape">The node.</param>
    /// <param name="index">Its place among the nodes of the draft.</param>
    public NodeDraft(LedgerNode shape, int index)
    {
        (Name, Index) = (shape.Name, index);
        _isThere = new bool[shape.GpuCount];
        _isPlanned = new bool[shape.GpuCount];
        _holders = new string?[shape.GpuCount];
        Array.Fill(_isThere, true);
        foreach (var gpu in shape.LostGpus.Where(Has))
        {
            _isThere[gpu] = false;
        }

        AllocatableGpus = Free = _isThere.Count(isThere => isThere);
    }

    public string Name { get; }

    public int Index { get; }

    public int AllocatableGpus { get; }

    /// <summary>GPUs that nobody holds and nobody is to have.</summary>
    public int Free { get; private set; }

    /// <summary>GPUs that somebody holds and nobody is to have.</summary>
    public int Coming { get; private set; }

    /// <summary>GPUs that running jobs are to keep, and could give up.</summary>
    public int Offered { get; set; }

    public int Room(bool withComing) => withComing ? Free + Coming : Free;

    public bool Has(int gpu) => gpu >= 0 && gpu < _isThere.Length && _isThere[gpu];

    public bool IsHeldBy(int gpu, string uid) => _holders[gpu] == uid;

    public bool IsPlanned(int gpu) => Has(gpu) && _isPlanned[gpu];

    public void Hold(ImmutableArray<int> gpus, string uid)
    {
        foreach (var gpu in gpus)
        {
            if (Has(gpu))
            {
                Count(gpu, -1);
                _holders[gpu] = uid;
                Count(gpu, 1);
            }
        }
    }

    public void Plan(ImmutableArray<int> gpus, bool isPlanned)
    {
        foreach (var gpu in gpus)
        {
            if (Has(gpu))
            {
                Count(gpu, -1);
                _isPlanned[gpu] = isPlanned;
                Count(gpu, 1);
            }
        }
    }

    /// <summary>Indices of GPUs that may be given to the one whose own ones are named, ascending.</summary>
    public List<int> Available(IReadOnlySet<int> own, bool withComing)
    {
        var available = new List<int>(Room(withComing) + own.Count);
        for (var gpu = 0; gpu < _isThere.Length; gpu++)
        {
            var isOpen = (!_isPlanned[gpu] && (withComing || _holders[gpu] is null)) || own.Contains(gpu);
            if (isOpen && _isThere[gpu])
            {
                available.Add(gpu);
            }
        }

        return available;
    }

    private void Count(int gpu, int change)
    {
        if (_isPlanned[gpu])
        {
            return;
        }

        if (_holders[gpu] is null)
        {
            Free += change;
        }
        else
        {
            Coming += change;
        }
    }
}
