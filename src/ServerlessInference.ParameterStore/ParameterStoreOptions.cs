namespace ServerlessInference.ParameterStore;

/// <summary>How parameters are read from AWS Systems Manager's Parameter Store.</summary>
/// <remarks>
/// Values are read from the configuration section <c>ServerlessInference:ParameterStore</c>, then <c>AddParameterStorePointers</c> sets
/// defaults in code, and each pointer may set its own on top. Credentials are those of a function's role; elsewhere they are found by the
/// AWS SDK.
/// </remarks>
public sealed class ParameterStoreOptions
{
    /// <summary>Gets or sets the region.</summary>
    /// <value>A name such as <c>eu-central-1</c>; <see langword="null"/>, the default, means the function's own.</value>
    public string? Region { get; set; }

    /// <summary>Gets or sets the address of the service.</summary>
    /// <value>
    /// A URL; <see langword="null"/>, the default, means <c>AWS_ENDPOINT_URL_SSM</c> if it is set, otherwise AWS's endpoint in the region.
    /// </value>
    public string? Endpoint { get; set; }

    /// <summary>Gets or sets how long an attempt may take.</summary>
    /// <value>Above zero. The default is 3 seconds.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Gets or sets the number of attempts before the read fails.</summary>
    /// <value>
    /// 1 to 10. The default is 3, with pauses of up to 0.1 and 0.2 seconds between, each shortened at random by up to a half.
    /// </value>
    public int MaxAttempts { get; set; } = 3;

    /// <summary>
    /// Gets or sets a value indicating whether the AWS Parameters and Secrets extension is asked first, if the function has it.
    /// </summary>
    /// <value>
    /// The default is <see langword="true"/>. The extension responds only while the function answers events, so before the first event the
    /// service itself is asked. The extension caches values for <c>SSM_PARAMETER_STORE_TTL</c> seconds (300 by default).
    /// </value>
    public bool UseExtension { get; set; } = true;

    internal void Validate(string description)
    {
        string? wrong = Timeout <= TimeSpan.Zero ? $"Timeout is {Timeout}; it must be above zero."
            : MaxAttempts is < 1 or > 10 ? $"MaxAttempts is {MaxAttempts}; it must be 1 to 10."
            : Endpoint is not null && !Uri.TryCreate(Endpoint, UriKind.Absolute, out _)
                ? $"Endpoint is '{Endpoint}'; a URL such as https://ssm.eu-central-1.amazonaws.com was expected."
            : null;
        if (wrong is not null)
        {
            throw new ArgumentException($"{description}: {wrong}");
        }
    }
}
