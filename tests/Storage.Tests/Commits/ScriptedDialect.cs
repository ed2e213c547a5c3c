using System.Collections.Immutable;
using Sluice.Grains.Ports;
using Sluice.Storage.Commits;
using Sluice.Storage.Dialects;

namespace Sluice.Storage.Tests.Commits;

/// <summary>A dialect whose committer can be held up, watched and made to fail.</summary>
internal sealed class ScriptedDialect(IStoreDialect inner) : IStoreDialect
{
    /// <summary>The keys of each transaction's guards, in the order in which they were asked for.</summary>
    public List<string[]> Guards { get; } = [];

    public int CommitCount { get; set; }

    public int ConfirmCount { get; private set; }

    public int OpenedWriters { get; private set; }

    /// <summary>Called on the committer's thread before a transaction.</summary>
    public Action OnBegin { get; set; } = () => { };

    public Action<StoreWrite> OnWrite { get; set; } = _ => { };

    public Action OnCommit { get; set; } = () => { };

    public Action OnCommitted { get; set; } = () => { };

    public Action OnRollback { get; set; } = () => { };

    public Action OnReadDomains { get; set; } = () => { };

    public Action OnConfirm { get; set; } = () => { };

    public Action OnOpenWriter { get; set; } = () => { };

    public string Description => inner.Description;

    public bool IsShared => inner.IsShared;

    public TimeSpan? PingInterval => inner.PingInterval;

    public IWriteSession OpenWriter()
    {
        OnOpenWriter();
        OpenedWriters++;
        return new Session(this, inner.OpenWriter());
    }

    public IReadSession OpenReader() => inner.OpenReader();

    public IDisposable? Listen(Action<DomainNumbers> onCommitted) => inner.Listen(onCommitted);

    public void Dispose() => inner.Dispose();

    private sealed class Session(ScriptedDialect script, IWriteSession inner) : IWriteSession
    {
        public void Begin()
        {
            script.OnBegin();
            inner.Begin();
        }

        public void ReadGuards(IReadOnlyList<StoreWrite> writes)
        {
            script.Guards.Add([.. writes.Select(write => write.Key)]);
            inner.ReadGuards(writes);
        }

        public DomainNumbers TakeNumbers(string domain, int changeCount, int additionCount) =>
            inner.TakeNumbers(domain, changeCount, additionCount);

        public EventNumbers TakeEventNumbers(string domain, int count) => inner.TakeEventNumbers(domain, count);

        public void WriteEvent(NewEvent happened, long domainId, long number) =>
            inner.WriteEvent(happened, domainId, number);

        public int PurgeEvents(string domain, long throughNumber, int max) =>
            inner.PurgeEvents(domain, throughNumber, max);

        public void WriteJob(JobWrite write, long domainId)
        {
            script.OnWrite(write);
            inner.WriteJob(write, domainId);
        }

        public void WriteRecord(RecordWrite write)
        {
            script.OnWrite(write);
            inner.WriteRecord(write);
        }

        public void WriteRows(RowsWrite write)
        {
            script.OnWrite(write);
            inner.WriteRows(write);
        }

        public int PurgeMarkers(string domain, long throughChange, int max) =>
            inner.PurgeMarkers(domain, throughChange, max);

        public void Commit()
        {
            script.OnCommit();
            inner.Commit();
            script.CommitCount++;
            script.OnCommitted();
        }

        public void Confirm()
        {
            script.OnConfirm();
            inner.Confirm();
            script.ConfirmCount++;
        }

        public void Rollback()
        {
            script.OnRollback();
            inner.Rollback();
        }

        public ImmutableArray<DomainNumbers> ReadDomains()
        {
            script.OnReadDomains();
            return inner.ReadDomains();
        }

        public void Ping() => inner.Ping();

        public void Dispose() => inner.Dispose();
    }
}
