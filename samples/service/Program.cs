using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sluice.Client;
using Sluice.Grains.Interfaces;
using Sluice.Grains.Interfaces.Jobs;
using Sluice.Samples.Service;

// Deploys a job, follows it until it runs, and prints what it got. Its settings are variables:
//   SLUICE_DATABASE  the cluster's database, postgres://user@host:port/database
var builder = Host.CreateApplicationBuilder(args);
builder.AddSluiceClient(client => client.Database =
    Environment.GetEnvironmentVariable("SLUICE_DATABASE")
    ?? throw new InvalidOperationException("set SLUICE_DATABASE to the database of the cluster"));
using var host = builder.Build();
await host.StartAsync();

var grains = host.Services.GetRequiredService<IGrainFactory>();
var job = grains.GetGrain<IJobGrain>(GrainKeys.Job(GrainKeys.DefaultDomain, "from-a-service"));

// One id for all attempts at this deployment: a repeat is told from a second one.
var deployment = new DeployJob { Manifest = Manifests.OfSleeper, OperationId = Guid.NewGuid().ToString() };
var answer = await Repeated.CallAsync(() => job.DeployAsync(deployment));
Console.WriteLine($"{answer.Outcome}: {answer.Reason ?? answer.Problem}");

var description = await Repeated.CallAsync(job.DescribeAsync);
Console.WriteLine($"{description?.Job.Status}, {description?.Job.GpuAssigned} GPUs");

await Repeated.CallAsync(() => job.DeleteAsync(deployment.OperationId + "-end"));
await host.StopAsync();
