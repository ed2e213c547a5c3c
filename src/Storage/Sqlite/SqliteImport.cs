using Sluice.Storage.Archives;

namespace Sluice.Storage.Sqlite;

/// <summary>Writes the rows of an archive, within a transaction of its user.</summary>
internal sealed class SqliteImport(SqliteDatabase database)
{
    private readonly SqliteStatement _domain = database.Prepare("""
        INSERT INTO domains (id, name, newest_change, newest_added, newest_event, purged_change)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        """);

    private readonly SqliteStatement _job = database.Prepare("""
        INSERT INTO jobs (key, domain, added, change, kind, deleted, due, etag, body)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        """);

    private readonly SqliteStatement _record =
        database.Prepare("INSERT INTO records (key, state, etag, body) VALUES (?1, ?2, ?3, ?4)");

    private readonly SqliteStatement _owner =
        database.Prepare("INSERT INTO owners (id, key, etag, due) VALUES (?1, ?2, ?3, ?4)");

    private readonly SqliteStatement _row =
        database.Prepare("INSERT INTO rows (owner, collection, key, body) VALUES (?1, ?2, ?3, ?4)");

    private readonly SqliteStatement _event = database.Prepare("""
        INSERT INTO events (domain, number, at, job, uid, kind, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        """);

    private readonly ArchiveIds _domains = new("domain");
    private readonly ArchiveIds _owners = new("owner");

    public void Write(ArchiveRow row)
    {
        switch (row)
        {
            case ArchivedDomain domain:
                _domain.Bind(1, _domains.Add(domain.Name)).Bind(2, domain.Name).Bind(3, domain.NewestChange)
                    .Bind(4, domain.NewestAdded).Bind(5, domain.NewestEvent).Bind(6, domain.PurgedChange).Execute();
                break;
            case ArchivedJob job:
                _job.Bind(1, job.Key).Bind(2, _domains.Find(job.Domain)).Bind(3, job.Added).Bind(4, job.Change)
                    .Bind(5, job.Kind).Bind(6, job.IsDeleted).Bind(7, job.DueAtTicks).Bind(8, job.ETag)
                    .BindBlob(9, job.Body).Execute();
                break;
            case ArchivedRecord record:
                _record.Bind(1, record.Key).Bind(2, record.State).Bind(3, record.ETag).BindBlob(4, record.Body)
                    .Execute();
                break;
            case ArchivedOwner owner:
                _owner.Bind(1, _owners.Add(owner.Key)).Bind(2, owner.Key).Bind(3, owner.ETag)
                    .Bind(4, owner.DueAtTicks).Execute();
                break;
            case ArchivedRow owned:
                _row.Bind(1, _owners.Find(owned.Owner)).Bind(2, owned.Collection).Bind(3, owned.Key)
                    .BindBlob(4, owned.Body).Execute();
                break;
            case ArchivedEvent happened:
                _event.Bind(1, _domains.Find(happened.Domain)).Bind(2, happened.Number).Bind(3, happened.AtTicks)
                    .Bind(4, happened.Job).Bind(5, happened.Uid).Bind(6, happened.Kind).BindBlob(7, happened.Body)
                    .Execute();
                break;
            default:
                throw new InvalidDataException($"a {row.GetType().Name} among the rows");
        }
    }
}
