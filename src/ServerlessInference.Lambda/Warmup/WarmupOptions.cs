namespace ServerlessInference.Lambda.Warmup;

/// <summary>Options that say which events are warm-ups: events whose only purpose is to keep the function warm.</summary>
public sealed class WarmupOptions
{
    /// <summary>
    /// Gets or sets a value indicating whether EventBridge's scheduled events (of rules, and of the Scheduler without an input of its own)
    /// are warm-ups.
    /// </summary>
    /// <value>
    /// The default is <see langword="true"/>. <see cref="HandlerBuilderExtensions.MapScheduledEvents{TInput, TOutput}"/> sets it to
    /// <see langword="false"/>, since the function then handles these events.
    /// </value>
    public bool ScheduledEvents { get; set; } = true;

    /// <summary>
    /// Gets or sets a value indicating whether events of serverless-plugin-warmup (<c>{"source":"serverless-plugin-warmup"}</c>) are
    /// warm-ups.
    /// </summary>
    /// <value>
    /// The default is <see langword="false"/>; <see cref="InferenceFunctionBuilder.UseWarmup(Action{WarmupOptions}?)"/> without settings
    /// turns it on.
    /// </value>
    public bool ServerlessPlugin { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether events of lambda-warmer (<c>{"warmer":true,"concurrency":3}</c>) are warm-ups.
    /// </summary>
    /// <value>
    /// The default is <see langword="false"/>; <see cref="InferenceFunctionBuilder.UseWarmup(Action{WarmupOptions}?)"/> without settings
    /// turns it on.
    /// </value>
    public bool LambdaWarmer { get; set; }

    /// <summary>Gets or sets a value indicating whether <c>{"ping":true}</c> and <c>{"warmup":true}</c> are warm-ups.</summary>
    /// <value>
    /// The default is <see langword="false"/>; <see cref="InferenceFunctionBuilder.UseWarmup(Action{WarmupOptions}?)"/> without settings
    /// turns it on.
    /// </value>
    public bool Pings { get; set; }

    /// <summary>
    /// Gets or sets how long an environment stays busy if the sender wants several environments to be warm, so that its calls reach
    /// different ones.
    /// </summary>
    /// <value>0 to 10 s. The default is 75 ms, which is lambda-warmer's delay.</value>
    public TimeSpan ConcurrencyWait { get; set; } = TimeSpan.FromMilliseconds(75);

    /// <summary>
    /// Gets the locations of models that an event may name by bucket and path: the beginnings of their URIs, such as
    /// <c>s3://models/resnet50/</c>.
    /// </summary>
    /// <value>
    /// Empty, the default, allows none. Each ends with a slash, or is the complete URI of one model. An event with a <c>bucket</c> and a
    /// <c>path</c> (or <c>key</c>, or <c>prefix</c>) inside one of these locations, such as the constant input of a schedule, is a warm-up
    /// without any other sign. In EventBridge's scheduled events they may be in <c>detail</c>. The model is fetched into the store, and it
    /// is loaded only if the function's own sources name it: an event never decides which model answers requests.
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
                failures.Add($"UseWarmup: the model location '{location}' is not a URI. Expected: something like s3://models/resnet50/.");
            }
        }
    }
}
