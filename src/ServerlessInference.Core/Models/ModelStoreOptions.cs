namespace ServerlessInference.Models;

/// <summary>Where models that come over the network are kept, and how much room they may take.</summary>
/// <remarks>Read from the configuration section <c>ServerlessInference:Store</c>, then set by code, which has the last word.</remarks>
public sealed class ModelStoreOptions
{
    /// <summary>Gets or sets the folder of the store. Processes that name the same folder share what is in it.</summary>
    /// <value>The default is <c>serverless-inference</c> in the folder for temporary files: <c>/tmp/serverless-inference</c> on Lambda.</value>
    public string Root { get; set; } = Path.Combine(Path.GetTempPath(), "serverless-inference");

    /// <summary>Gets or sets how much the store may hold, half-finished downloads included.</summary>
    /// <value>Bytes, above zero; <see langword="null"/>, the default, leaves the free space of the disk as the only limit.</value>
    public long? MaxBytes { get; set; }

    /// <summary>Gets or sets how long a half-finished download that nobody works on is kept for the next process to resume.</summary>
    /// <value>Zero or more. The default is one hour. When space is short they go earlier.</value>
    public TimeSpan StagingLifetime { get; set; } = TimeSpan.FromHours(1);
}
