namespace ServerlessInference.Lambda;

/// <summary>How parameters are read from AWS Systems Manager's Parameter Store.</summary>
/// <remarks>
/// Read from the configuration section <c>ServerlessInference:ParameterStore</c>, then set by <c>AddParameterStorePointers</c>; a pointer of
/// its own sets its own on top. Credentials are those of the function's role, or what the AWS SDK finds elsewhere.
/// </remarks>
public sealed class ParameterStoreOptions
{
    /// <summary>Gets or sets the region.</summary>
    /// <value>A name such as <c>eu-central-1</c>; <see langword="null"/>, the default, is the function's own.</value>
    public string? Region { get; set; }

    /// <summary>Gets or sets the address of the service.</summary>
    /// <value>A URL; <see langword="null"/>, the default, is <c>AWS_ENDPOINT_URL_SSM</c> where it is set, else AWS's own in the region.</value>
    public string? Endpoint { get; set; }

    /// <summary>Gets or sets how long one attempt may take.</summary>
    /// <value>Above zero. The default is 3 seconds.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Gets or sets how often the service is asked before it counts as out of reach.</summary>
    /// <value>1 to 10. The default is 3, with pauses of 0.1 and 0.2 seconds between.</value>
    public int MaxAttempts { get; set; } = 3;

    /// <summary>Gets or sets a value indicating whether the AWS Parameters and Secrets extension is asked first where the function has it.</summary>
    /// <value>
    /// The default is <see langword="true"/>. It answers only while an event is answered, so what is read before the first one comes from
    /// the service itself. It keeps values for <c>SSM_PARAMETER_STORE_TTL</c> seconds of its own (300 where that is not set).
    /// </value>
    public bool UseExtension { get; set; } = true;

    internal void Validate(string description)
    {
        string? wrong = Timeout <= TimeSpan.Zero ? $"Timeout is {Timeout}; it must be above zero."
            : MaxAttempts is < 1 or > 10 ? $"MaxAttempts is {MaxAttempts}; it must be 1 to 10."
            : Endpoint is not null && !Uri.TryCreate(Endpoint, UriKind.Absolute, out _) ? $"Endpoint is '{Endpoint}'; a URL such as https://ssm.eu-central-1.amazonaws.com was expected."
            : null;
        if (wrong is not null)
        {
            throw new ArgumentException($"{description}: {wrong}");
        }
    }
}
