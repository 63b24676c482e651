namespace ServerlessInference.Tests.Sessions;

/// <summary>Tests that look at the whole process run when no others do.</summary>
[CollectionDefinition("Alone", DisableParallelization = true)]
public sealed class Alone;
