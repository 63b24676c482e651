using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ServerlessInference.Tests.Shared;

/// <summary>Waits for a state that nothing signals, such as that of another process. Compiled into every test project.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    /// <summary>How long a state may take on a slow and busy machine; nothing that succeeds waits for it.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Returns as soon as the condition holds, and fails where it does not hold in time.</summary>
    public static Task HoldsAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string description = "") =>
        HoldsAsync(() => Task.FromResult(condition()), description);

    /// <inheritdoc cref="HoldsAsync(Func{bool}, string)"/>
    public static async Task HoldsAsync(Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string description = "")
    {
        long start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Limit, $"After {Limit.TotalSeconds} s this still does not hold: {description}");
            await Task.Delay(Interval, TestContext.Current.CancellationToken);
        }
    }
}
