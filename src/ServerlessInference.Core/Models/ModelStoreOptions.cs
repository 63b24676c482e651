namespace ServerlessInference.Models;

/// <summary>Where downloaded models are kept, and how much space they may take.</summary>
/// <remarks>
/// Options are read from the configuration section <c>ServerlessInference:Store</c> first. Code that sets options runs afterwards and wins.
/// </remarks>
public sealed class ModelStoreOptions
{
    /// <summary>Gets or sets the directory of the store. Processes with the same directory share its content.</summary>
    /// <value>
    /// The default is <c>serverless-inference</c> in the directory for temporary files, which on Linux is <c>/tmp/serverless-inference</c>.
    /// </value>
    public string Root { get; set; } = Path.Combine(Path.GetTempPath(), "serverless-inference");

    /// <summary>
    /// Gets or sets a value indicating whether a store is used that another user owns or can write to, as on a mount that is shared by
    /// several machines or users.
    /// </summary>
    /// <value>
    /// The default is <see langword="false"/>: such a store is used only for single files with a pinned SHA-256, whose content is compared
    /// once per process. With <see langword="true"/>, everybody who can write to the store decides which models this process runs.
    /// </value>
    public bool AllowOtherOwners { get; set; }

    /// <summary>Gets or sets the maximum size of the store, including incomplete downloads.</summary>
    /// <value>Bytes, above zero; <see langword="null"/>, the default, for no limit other than the free space of the disk.</value>
    public long? MaxBytes { get; set; }

    /// <summary>Gets or sets how long an abandoned download is kept so that another process can resume it.</summary>
    /// <value>Zero or more. The default is one hour. If space is needed, abandoned downloads are deleted earlier.</value>
    public TimeSpan StagingLifetime { get; set; } = TimeSpan.FromHours(1);
}
