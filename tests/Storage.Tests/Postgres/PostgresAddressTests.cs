using Sluice.Storage.Postgres;

namespace Sluice.Storage.Tests.Postgres;

public sealed class PostgresAddressTests
{
    [Theory]
    [InlineData("postgres://me@db/jobs", "db:5432", "jobs", "me")]
    [InlineData("postgresql://me@db:6543/jobs", "db:6543", "jobs", "me")]
    [InlineData("postgres://a%40b@[::1]:6543/my%20jobs", "[::1]:6543", "my jobs", "a@b")]
    [InlineData("postgres://me@[::1]/jobs", "[::1]:5432", "jobs", "me")]
    [InlineData("postgres://me@one,two:2/jobs", "one:5432,two:2", "jobs", "me")]
    public void An_address_is_read_as_it_is_written(string url, string host, string database, string user)
    {
        var settings = PostgresAddress.Parse(url).ToSettings();

        Assert.Equal((host, database, user), (settings.Host, settings.Database, settings.Username));
    }

    [Theory]
    [InlineData("mysql://db/jobs", "postgres://")]
    [InlineData("db/jobs", "postgres://")]
    [InlineData("postgres://me@db", "database")]
    [InlineData("postgres://me@db/", "database")]
    [InlineData("postgres://@db/jobs", "user")]
    [InlineData("postgres://me@/jobs", "host")]
    [InlineData("postgres://me@db:0/jobs", "port")]
    [InlineData("postgres://me@db:port/jobs", "port")]
    [InlineData("postgres://me@db:99999/jobs", "port")]
    [InlineData("postgres://me@db/jobs?sslmode=maybe", "sslmode")]
    [InlineData("postgres://me@db/jobs?sslmode", "sslmode")]
    [InlineData("postgres://me@db/jobs?options=-cfsync%3Doff", "options")]
    [InlineData("postgres://me@db/jo%00bs", "database")]
    public void What_is_wrong_with_an_address_is_named(string url, string part) => Assert.Contains(
        part, Assert.Throws<FormatException>(() => PostgresAddress.Parse(url)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_password_in_an_address_is_known_as_one_and_not_shown()
    {
        var address = PostgresAddress.Parse("postgres://me:s%3Acret@db/jobs?sslmode=require");

        Assert.True(address.HasPassword);
        Assert.Equal("s:cret", address.ToSettings().Password);
        Assert.Equal("postgres://db:5432/jobs", address.Description);
    }

    [Theory]
    [InlineData("postgres://me:secret@db:none/jobs")]
    [InlineData("postgres://me:12/secret@db/jobs")]
    [InlineData("postgres://me:12?secret@db/jobs")]
    [InlineData("postgres://me:12/x?secret=y@db/jobs")]
    [InlineData("postgres://me:se/cr?et=secret@db:1/jobs")]
    [InlineData("postgres://me:secret/jobs")]
    [InlineData("postgres://me:1,x secret/jobs")]
    public void Nothing_that_a_wrong_address_says_shows_its_password(string url)
    {
        var wrong = Assert.Throws<FormatException>(() => PostgresAddress.Parse(url));

        Assert.DoesNotContain("secret", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void How_to_write_a_password_with_a_slash_is_said()
    {
        var wrong = Assert.Throws<FormatException>(() => PostgresAddress.Parse("postgres://me:a/b@db/jobs"));

        Assert.Contains("write %2F for /", wrong.Message, StringComparison.Ordinal);
        Assert.Equal("a/b", PostgresAddress.Parse("postgres://me:a%2Fb@db/jobs").ToSettings().Password);
    }
}
