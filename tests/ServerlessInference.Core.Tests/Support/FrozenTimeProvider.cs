using Moq;

namespace ServerlessInference.Tests.Support;

/// <summary>A clock whose timers never fire: a process that is frozen between requests, as on Lambda.</summary>
internal sealed class FrozenTimeProvider : FakeTimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => Mock.Of<ITimer>();
}
