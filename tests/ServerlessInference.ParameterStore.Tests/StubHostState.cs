using ServerlessInference.Models;

namespace ServerlessInference.ParameterStore.Tests;

/// <summary>A host whose state the test sets.</summary>
internal sealed class StubHostState : IHostState
{
    public bool AnswersEvents { get; set; }
}
