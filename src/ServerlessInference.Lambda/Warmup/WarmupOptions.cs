namespace ServerlessInference.Lambda;

/// <summary>Which events only keep the function warm.</summary>
public sealed class WarmupOptions
{
    /// <summary>Gets or sets a value indicating whether scheduled events of EventBridge (rules, and the Scheduler without an input of its own) are warm-ups.</summary>
    /// <value>The default is <see langword="true"/>. Set it to <see langword="false"/> where a schedule calls the function to do work.</value>
    public bool ScheduledEvents { get; set; } = true;

    /// <summary>Gets or sets a value indicating whether events of serverless-plugin-warmup (<c>{"source":"serverless-plugin-warmup"}</c>) are warm-ups.</summary>
    /// <value>The default is <see langword="false"/>; <see cref="WarmupBuilderExtensions.UseWarmup(InferenceFunctionBuilder, Action{WarmupOptions}?)"/> without settings turns it on.</value>
    public bool ServerlessPlugin { get; set; }

    /// <summary>Gets or sets a value indicating whether events of lambda-warmer (<c>{"warmer":true,"concurrency":3}</c>) are warm-ups.</summary>
    /// <value>The default is <see langword="false"/>; <see cref="WarmupBuilderExtensions.UseWarmup(InferenceFunctionBuilder, Action{WarmupOptions}?)"/> without settings turns it on.</value>
    public bool LambdaWarmer { get; set; }

    /// <summary>Gets or sets a value indicating whether <c>{"ping":true}</c> and <c>{"warmup":true}</c> are warm-ups.</summary>
    /// <value>The default is <see langword="false"/>; <see cref="WarmupBuilderExtensions.UseWarmup(InferenceFunctionBuilder, Action{WarmupOptions}?)"/> without settings turns it on.</value>
    public bool Pings { get; set; }

    /// <summary>Gets or sets how long an environment stays busy where the sender wants several warm, so that its calls do not all land on one.</summary>
    /// <value>0 to 10 s. The default is 75 ms, as lambda-warmer waits.</value>
    public TimeSpan ConcurrencyWait { get; set; } = TimeSpan.FromMilliseconds(75);

    internal bool IsAnyOn => ScheduledEvents || ServerlessPlugin || LambdaWarmer || Pings;

    internal void Validate(ICollection<string> failures)
    {
        if (ConcurrencyWait < TimeSpan.Zero || ConcurrencyWait > TimeSpan.FromSeconds(10))
        {
            failures.Add($"UseWarmup: ConcurrencyWait is {ConcurrencyWait}; it must be between 0 and 10 s.");
        }
    }
}
