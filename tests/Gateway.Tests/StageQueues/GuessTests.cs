using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Testing;

namespace Sluice.Gateway.Tests.StageQueues;

public sealed class GuessTests
{
    /// <summary>Names a list; others do not.</summary>
    private const string Known = "1000";

    [Fact]
    public async Task Numbers_that_name_no_list_cost_permits_and_then_every_number_not_used_before_gets_429()
    {
        await using var gateway = await StartAsync(options => options.GuessBurst = 3);
        Assert.Equal(200, await StatusAsync(gateway, "/get/0", Known));
        for (var guess = 1; guess <= 3; guess++) Assert.Equal(200, await StatusAsync(gateway, "/get/0", guess));

        var refused = await gateway.GetAsync("/get/0", ("jobix", "4"));
        Assert.Equal(429, refused.Status);
        Assert.NotEmpty(refused.Error);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        // No other number can be told from one that names a list now.
        gateway.Grains.Queue.IsKnown = _ => true;
        foreach (var number in new[] { "4", "5", "6" }) Assert.Equal(429, await StatusAsync(gateway, "/get/0", number));
        // What was used before is served as ever, however it is written.
        for (var i = 0; i < 10; i++) Assert.Equal(200, await StatusAsync(gateway, "/update_job/1/2", Known));
        Assert.Equal(200, await StatusAsync(gateway, "/api/v1/queue", $"+0{Known} "));
    }

    [Fact]
    public async Task A_list_that_is_there_costs_nothing_at_its_first_use_either()
    {
        await using var gateway = await StartAsync(options => options.GuessBurst = 1);
        gateway.Grains.Queue.IsKnown = _ => true;

        for (var number = 0; number < 50; number++)
        {
            Assert.Equal(200, await StatusAsync(gateway, "/get/0", number));
        }
    }

    [Fact]
    public async Task A_list_is_looked_up_once_an_address()
    {
        await using var gateway = await StartAsync();

        for (var i = 0; i < 5; i++) await StatusAsync(gateway, "/get/0", Known);

        Assert.Single(gateway.Grains.Calls, call => call.Method == "IsKnown");
    }

    [Fact]
    public async Task Workers_that_wait_for_a_list_to_be_filled_pay_for_its_number_once_in_ten_minutes()
    {
        var time = new FakeTimeProvider();
        await using var gateway = await StartAsync(options => options.GuessBurst = 2, time);
        for (var look = 0; look < 20; look++)
        {
            Assert.Equal(200, await StatusAsync(gateway, "/get/0", "7"));
            time.Advance(TimeSpan.FromSeconds(29));
        }

        // The second permit is there still, and is for one other number.
        Assert.Equal(200, await StatusAsync(gateway, "/get/0", "8"));
        Assert.Equal(429, await StatusAsync(gateway, "/get/0", "9"));
        Assert.Equal(200, await StatusAsync(gateway, "/get/0", "7"));

        // Looking made the time no longer: who watches numbers goes on paying for them.
        time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(429, await StatusAsync(gateway, "/get/0", "7"));
        Assert.Equal(200, await StatusAsync(gateway, "/get/0", "8"));
    }

    [Fact]
    public async Task A_list_that_was_waited_for_is_the_waiting_worker_s_own_from_its_first_use_on()
    {
        var time = new FakeTimeProvider();
        await using var gateway = await StartAsync(options => options.GuessBurst = 1, time);
        Assert.Equal(200, await StatusAsync(gateway, "/get/0", "7"));

        gateway.Grains.Queue.IsKnown = key => key == "queue/7";
        Assert.Equal(200, await StatusAsync(gateway, "/get/0", "7"));
        time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(200, await StatusAsync(gateway, "/get/0", "7"));
        Assert.Equal(429, await StatusAsync(gateway, "/get/0", "8"));
    }

    [Fact]
    public async Task What_was_paid_to_look_at_a_number_is_no_permit_to_make_a_list()
    {
        await using var gateway = await StartAsync(options => options.ListCreationBurst = 1);
        Assert.Equal(200, await StatusAsync(gateway, "/get/0", "1"));
        Assert.Equal(200, await StatusAsync(gateway, "/init/5", "2"));

        Assert.Equal(429, await StatusAsync(gateway, "/init/5", "1"));
        Assert.Equal(200, await StatusAsync(gateway, "/get/0", "1"));
    }

    [Theory]
    [InlineData("GET", "/init/5")]
    [InlineData("POST", "/set")]
    [InlineData("GET", "/lifetime/0/5")]
    [InlineData("PUT", "/api/v1/queue/settings")]
    public async Task A_write_that_makes_a_list_has_permits_of_its_own_and_the_list_is_used_from_then_on(
        string method, string path)
    {
        await using var gateway = await StartAsync(options =>
        {
            options.GuessBurst = 1;
            options.ListCreationBurst = 2;
        });
        Assert.Equal(200, await StatusAsync(gateway, "/get/0", "99"));
        Assert.Equal(429, await StatusAsync(gateway, "/get/0", "98"));

        Assert.Equal(200, await CreateAsync("1"));
        Assert.Equal(200, await StatusAsync(gateway, "/get/0", "1"));
        Assert.Equal(200, await CreateAsync("1"));
        Assert.Equal(200, await CreateAsync("2"));
        Assert.Equal(429, await CreateAsync("3"));
        gateway.Grains.Queue.IsKnown = _ => true;
        Assert.Equal(429, await CreateAsync("4"));
        Assert.Equal(200, await CreateAsync("2"));

        async Task<int> CreateAsync(string number) => (await gateway.SendAsync(
            method, path, method == "GET" ? null : """{"1":{"jobstage":0}}""", ("jobix", number))).Status;
    }

    [Fact]
    public async Task A_set_that_adds_nothing_makes_no_list_one_s_own()
    {
        await using var gateway = await StartAsync(options => options.GuessBurst = 1);
        gateway.Grains.Queue.Added = new(Grains.Interfaces.StageQueues.AddStageJobsOutcome.Done, 0);
        Assert.Equal(200, (await gateway.SendAsync("POST", "/set", "{}", ("jobix", "5"))).Status);

        Assert.Equal(200, await StatusAsync(gateway, "/get/0", "4"));
        Assert.Equal(429, await StatusAsync(gateway, "/get/0", "5"));
    }

    [Fact]
    public async Task What_is_wrong_by_itself_costs_nothing()
    {
        await using var gateway = await StartAsync(options => options.GuessBurst = 1);

        for (var i = 0; i < 5; i++) Assert.Equal(400, await StatusAsync(gateway, "/get/x", "7"));
        for (var i = 0; i < 5; i++) Assert.Equal(403, await StatusAsync(gateway, "/get/0", "x"));

        Assert.Equal(200, await StatusAsync(gateway, "/get/0", "7"));
    }

    [Fact]
    public async Task Many_numbers_at_once_hit_and_miss_alike_once_the_permits_are_used_up()
    {
        await using var gateway = await StartAsync(options => options.GuessBurst = 5);
        gateway.Grains.Queue.IsKnown = key => key.EndsWith('0');
        var (lookingUp, most) = (0, 0);
        gateway.Grains.Before = async call =>
        {
            if (call.Method != "IsKnown") return;
            most = Math.Max(most, Interlocked.Increment(ref lookingUp));
            for (var turn = 0; turn < 50; turn++) await Task.Yield();
            Interlocked.Decrement(ref lookingUp);
        };

        var answers = await Task.WhenAll(Enumerable.Range(1, 200).Select(
            number => StatusAsync(gateway, "/get/0", number)));

        // No more were looked up than five misses and the hits among them, one after the other: with one permit left,
        // those at the same time would be told apart by their answers.
        Assert.Equal(1, most);
        Assert.Equal(5, gateway.Grains.Calls.Count(call => call.Method == "IsKnown" && !call.Key.EndsWith('0')));
        Assert.Equal(
            answers.Count(status => status == 200),
            gateway.Grains.Calls.Count(call => call.Method == "HandOut"));
        Assert.All(answers, status => Assert.True(status is 200 or 429, $"{status}"));
    }

    [Fact]
    public async Task Permits_come_back_with_time()
    {
        await using var gateway = await StartAsync(options =>
        {
            options.GuessBurst = 1;
            options.GuessesPerMinute = 60_000;
        });

        await StatusAsync(gateway, "/get/0", "1");

        await Eventually.IsTrueAsync(
            async () => await StatusAsync(gateway, "/get/0", "2") == 200, "a permit has come back");
    }

    [Fact]
    public async Task A_look_up_that_fails_gets_503_and_costs_nothing()
    {
        await using var gateway = await StartAsync(options => options.GuessBurst = 1);
        gateway.Grains.Before = call => call.Method == "IsKnown" ? throw new TimeoutException() : Task.CompletedTask;
        Assert.Equal(503, await StatusAsync(gateway, "/get/0", "1"));
        gateway.Grains.Before = _ => Task.CompletedTask;

        Assert.Equal(200, await StatusAsync(gateway, "/get/0", "1"));
    }

    [Fact]
    public async Task Of_more_lists_than_are_remembered_those_in_use_stay()
    {
        await using var gateway = await StartAsync(options => options.MaxRememberedUses = 100);
        gateway.Grains.Queue.IsKnown = _ => true;

        for (var number = 0; number < 500; number++)
        {
            Assert.Equal(200, await StatusAsync(gateway, "/get/0", number));
            Assert.Equal(200, await StatusAsync(gateway, "/get/0", Known));
        }

        Assert.Single(gateway.Grains.Calls, call => call.Method == "IsKnown" && call.Key == $"queue/{Known}");
    }

    [Fact]
    public async Task Of_more_lists_than_are_remembered_the_newest_is()
    {
        await using var gateway = await StartAsync(options => options.MaxRememberedUses = 100);
        gateway.Grains.Queue.IsKnown = _ => true;

        for (var number = 0; number < 500; number++)
        {
            Assert.Equal(200, await StatusAsync(gateway, "/get/0", number));
            Assert.Equal(200, await StatusAsync(gateway, "/get/0", number));
        }

        Assert.Equal(500, gateway.Grains.Calls.Count(call => call.Method == "IsKnown"));
    }

    [Fact]
    public async Task Of_more_numbers_than_are_remembered_the_newest_that_was_paid_for_is()
    {
        await using var gateway = await StartAsync(options =>
        {
            options.MaxRememberedUses = 100;
            options.GuessBurst = 300;
        });

        // Twice each: the second time is paid for.
        for (var number = 0; number < 300; number++)
        {
            Assert.Equal(200, await StatusAsync(gateway, "/get/0", number));
            Assert.Equal(200, await StatusAsync(gateway, "/get/0", number));
        }

        Assert.Equal(429, await StatusAsync(gateway, "/get/0", 300));
    }

    private static Task<int> StatusAsync(TestGateway gateway, string path, int number) =>
        StatusAsync(gateway, path, number.ToString(CultureInfo.InvariantCulture));

    private static async Task<int> StatusAsync(TestGateway gateway, string path, string number) =>
        (await gateway.GetAsync(path, ("jobix", number))).Status;

    private static async Task<TestGateway> StartAsync(
        Action<GatewayOptions>? configure = null, TimeProvider? time = null)
    {
        var gateway = await TestGateway.StartAsync(
            options =>
            {
                // As slow as can be: none comes back while a test runs.
                options.GuessesPerMinute = 1;
                options.ListCreationsPerMinute = 1;
                configure?.Invoke(options);
            },
            services => services.AddSingleton(time ?? TimeProvider.System));
        gateway.Grains.Queue.IsKnown = key => key == $"queue/{Known}";
        return gateway;
    }
}
