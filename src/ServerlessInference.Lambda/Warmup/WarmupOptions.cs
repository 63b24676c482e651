namespace ServerlessInference.Lambda;

/// <summary>Which events only keep the function warm.</summary>
public sealed class WarmupOptions
{
    /// <summary>Gets or sets a value indicating whether scheduled events of EventBridge (rules, and the Scheduler without an input of its own) are warm-ups.</summary>
    /// <value>
    /// The default is <see langword="true"/>. <see cref="HandlerBuilderExtensions.MapScheduledEvents{TInput, TOutput}"/> sets it to <see langword="false"/>, since the
    /// function then has work to do at them.
    /// </value>
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

    /// <summary>Gets where models may lie that an event names by bucket and path: what their URIs begin with, such as <c>s3://models/resnet50/</c>.</summary>
    /// <value>
    /// Empty, the default, allows none. Each ends with a slash, or is the whole URI of one model. An event with a <c>bucket</c> and a
    /// <c>path</c> (or <c>key</c>, or <c>prefix</c>) inside one of them, such as a schedule's own input, is a warm-up also without any
    /// other mark. The model is brought into the store and loaded only if the function's own sources name it: an event never decides
    /// which model answers.
    /// </value>
    public IList<string> ModelLocations { get; } = [];

    internal bool IsAnyOn => ScheduledEvents || ServerlessPlugin || LambdaWarmer || Pings || ModelLocations.Count > 0;

    internal void Validate(ICollection<string> failures)
    {
        if (ConcurrencyWait < TimeSpan.Zero || ConcurrencyWait > TimeSpan.FromSeconds(10))
        {
            failures.Add($"UseWarmup: ConcurrencyWait is {ConcurrencyWait}; it must be between 0 and 10 s.");
        }

        foreach (string location in ModelLocations)
        {
            int scheme = location.IndexOf("://", StringComparison.Ordinal);
            if (scheme <= 0 || location.Length == scheme + 3)
            {
                failures.Add($"UseWarmup: the model location '{location}' is no URI; something like s3://models/resnet50/ was expected.");
            }
        }
    }
}
