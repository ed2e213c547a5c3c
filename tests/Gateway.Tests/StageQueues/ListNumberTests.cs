using System.Net;
using System.Net.Sockets;
using Sluice.Gateway.StageQueues;

namespace Sluice.Gateway.Tests.StageQueues;

public sealed class ListNumberTests(GatewayFixture fixture) : StageQueueTests(fixture)
{
    private static readonly (string Method, string Path)[] Routes =
    [
        ("GET", "/init"), ("GET", "/init/1/2"), ("POST", "/set"), ("GET", "/get/0"), ("GET", "/get/0/1"),
        ("GET", "/update_job/1/2"), ("POST", "/update_job/1/2"), ("GET", "/check_stages"),
        ("GET", "/check_stages/1/0"), ("GET", "/lifetime/0"), ("GET", "/lifetime/0/5"), ("GET", "/api/v1/queue"),
        ("GET", "/api/v1/queue/jobs"), ("PUT", "/api/v1/queue/settings"), ("PUT", "/api/v1/queue/jobs/1/lease"),
        ("GET", "/get"), ("GET", "/lifetime"), ("POST", "/get"), ("POST", "/lifetime"),
    ];

    [Theory]
    [InlineData("7", "7")]
    [InlineData("007", "7")]
    [InlineData("+7", "7")]
    [InlineData("-7", "-7")]
    [InlineData("-007", "-7")]
    [InlineData("-0", "0")]
    [InlineData("000", "0")]
    [InlineData(" \t7 ", "7")]
    [InlineData("123456789012345678901234567890123456789012345678901234567890123456789012345678",
        "123456789012345678901234567890123456789012345678901234567890123456789012345678")]
    public void A_number_has_one_way_to_be_written(string text, string number)
    {
        Assert.True(ListNumber.TryParse(text, out var read));
        Assert.Equal(number, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("-")]
    [InlineData("+-7")]
    [InlineData("7.0")]
    [InlineData("1e3")]
    [InlineData("0x7")]
    [InlineData("1_000")]
    [InlineData("1 000")]
    [InlineData("٧")]
    [InlineData("seven")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234567890123456789")]
    public void What_is_no_integer_of_at_most_78_digits_names_no_list(string text) =>
        Assert.False(ListNumber.TryParse(text, out _));

    [Fact]
    public async Task Without_a_number_every_route_gets_403_with_a_text_that_says_so()
    {
        foreach (var (method, path) in Routes)
        {
            var answer = await SendAsync(method, path, "{}", jobix: null);

            Assert.Equal((path, 403, ListNumber.Missing), (path, answer.Status, answer.Body));
            Assert.Equal("text/plain; charset=utf-8", answer.ContentHeaders.ContentType?.ToString());
        }

        Assert.Empty(Grains.Calls);
    }

    [Fact]
    public async Task With_one_that_is_no_integer_every_route_gets_403_as_well()
    {
        foreach (var (method, path) in Routes)
        {
            var answer = await SendAsync(method, path, "{}", jobix: "12a");

            Assert.Equal((path, 403, ListNumber.Wrong), (path, answer.Status, answer.Body));
        }

        Assert.Empty(Grains.Calls);
    }

    [Fact]
    public async Task Two_numbers_name_no_list()
    {
        var answer = await Gateway.GetAsync("/get/0", ("jobix", "1"), ("jobix", "1"));

        Assert.Equal((403, ListNumber.Wrong), (answer.Status, answer.Body));
    }

    [Fact]
    public async Task No_answer_of_a_list_may_be_kept_for_another()
    {
        foreach (var (method, path) in Routes)
        {
            var answer = await SendAsync(method, path, "{}", headers: ("Lease", "1-1"));

            Assert.Equal((path, 200), (path, answer.Status));
            Assert.True(answer.Headers.CacheControl?.NoStore, path);
        }
    }

    [Fact]
    public async Task Every_call_goes_to_the_list_of_the_number()
    {
        foreach (var (method, path) in Routes) await SendAsync(method, path, "{}", "-007", ("Lease", "1-1"));

        Assert.True(Grains.Calls.Count >= Routes.Length);
        Assert.All(Grains.Calls, call => Assert.Equal("queue/-7", call.Key));
    }

    [Theory]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    [InlineData("0.0.0.1", "::1", false)]
    public void Whoever_has_one_address_of_a_64_has_them_all(string one, string other, bool isSame) => Assert.Equal(
        isSame, CallerAddress.Of(IPAddress.Parse(one)) == CallerAddress.Of(IPAddress.Parse(other)));

    [Fact]
    public void A_local_socket_is_an_address_of_its_own() =>
        Assert.Equal(AddressFamily.Unspecified, CallerAddress.Of((IPAddress?)null).Family);
}
