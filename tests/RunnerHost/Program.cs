return await Sluice.Executors.Local.Runner.RunAsync(args);
