namespace Sluice.Simulation;

/// <summary>Everything that histories must keep, in words. Each has a test that breaks it.</summary>
internal static class Promises
{
    // The ledger.
    public const string NoGpuIsHeldTwice = "no GPU is held twice";
    public const string HeldIsWithinAllocatable = "no commit raises held above allocatable";
    public const string HeldIsWithinQuota = "no commit raises a namespace above its quota";
    public const string GpusAreFreeOnceConfirmed = "GPUs are free only after the executor confirmed";
    public const string GpusAreWithinRange = "a job gets what is in its range";
    public const string OnlySuspendableLoseAll = "only what may be suspended loses all its GPUs while they are there";
    public const string GenerationsAreUnique = "each generation is given out once";
    public const string GenerationsNeverStartOver = "generations never start over";
    public const string DecisionsHaveReasons = "every decision has its reason";
    public const string ReasonsAreTrue = "the words and numbers of a reason are true";
    public const string DecisionsAreTold = "every decision is told in the commit that makes it";
    public const string WakeUpsAreStored = "what must happen at a time is due in the same commit";

    // What runs.
    public const string UidRunsOnce = "a uid runs at most once";
    public const string AttemptStartsOnce = "an attempt starts at most once";
    public const string OlderGenerationNeverFollows = "an older generation never follows";
    public const string NothingStartsAfterItsEnd = "nothing starts after its end";
    public const string NoGpuHasTwoUsers = "no GPU has two users";
    public const string RunsHoldTheirGpus = "what runs holds its GPUs";

    // The rows of jobs.
    public const string ChangeNumbersGrow = "change numbers grow";
    public const string AcknowledgedStays = "what was acknowledged stays";
    public const string OperationsCountOnce = "an operation counts once";
    public const string GenerationsNeverFall = "generations and attempts never fall";
    public const string RunningHasStarted = "what is said to run has started";
    public const string FailuresCountOnce = "a failure counts once";
    public const string TakenOverIsDecided = "a job takes over only what the ledger decided";
    public const string EndsAreFinal = "an end is final";
    public const string SuccessorsBeginAnew = "nothing of a deleted job touches its successor";
    public const string RunsAreKnown = "what runs is known until it has ended";

    // Lists of the stage queue.
    public const string NoJobHasTwoWorkers = "no job is given to two workers unless it was taken back";
    public const string NoJobMovesByItself = "no waiting job moves by itself";
    public const string HandOutsNeverStartOver = "hand-outs never start over";
    public const string LeasesFence = "a lease that is over moves nothing";
    public const string KeysGetTheFirstAnswer = "a key that is used again gets the first answer";
    public const string ListsNeverMeet = "a job of one list never appears in another";
    public const string ListedJobsStay = "no job of a list is lost";

    // Answers.
    public const string AcknowledgedIsStored = "what was acknowledged is stored";
    public const string ListsNameJobsOnce = "lists name a job once";
    public const string ListsKeepTheirLimit = "a list is no longer than it was asked to be";
    public const string ListsAreInOrder = "lists are in their order";
    public const string ListsShowAnsweredWrites = "every list after an answered write shows it";

    // The servers as a whole.
    public const string JobsEnd = "every job that can run ends";
    public const string LoopsGoOn = "loops go on";
    public const string WorkComesToRest = "everything comes to rest";
    public const string NoCallFailsByABug = "no call fails by a bug";
    public const string TheWorldGoesOn = "the world of a history goes on";
}
