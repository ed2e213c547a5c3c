namespace Sluice.Storage.Archives;

/// <summary>What an archive takes out of a database and puts into one.</summary>
internal interface IStoreArchive
{
    /// <summary>All that is committed, of one moment, in the order of an archive; others may go on writing.</summary>
    void Export(Action<ArchiveRow> write);

    /// <summary>
    /// All rows in one transaction, into a database that nobody else uses and that is empty: if it throws, or the rows
    /// do, nothing is left of them.
    /// </summary>
    /// <exception cref="StoreException">It is not empty, or cannot be used.</exception>
    void Import(IEnumerable<ArchiveRow> rows);
}
