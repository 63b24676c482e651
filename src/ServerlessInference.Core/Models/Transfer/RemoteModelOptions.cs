using System.Buffers;

namespace ServerlessInference.Models.Transfer;

/// <summary>How a model on a server is downloaded, verified and kept.</summary>
/// <remarks>
/// Some options can be set in the fragment of a URI, separated by <c>&amp;</c>: <c>s3://bucket/model.tar.gz#sha256=…&amp;memory=true</c>.
/// </remarks>
/// <example>
/// <code>
/// model.From(source =&gt; source.Http("https://models.example.com/resnet50.tar.gz", transfer =&gt;
/// {
///     transfer.RequireDigest = true;
///     transfer.MaxBytes = 500_000_000;
/// }));
/// </code>
/// </example>
public sealed class RemoteModelOptions
{
    internal const string KeepFolderSetting = "keep-folder";

    /// <summary>Gets or sets the SHA-256 that the object (or archive) must have.</summary>
    /// <value>64 hexadecimal digits; <see langword="null"/>, the default, uses the server's digest. In a URI: <c>sha256</c>.</value>
    public string? Sha256 { get; set; }

    /// <summary>
    /// Gets or sets a value indicating whether to reject an object if neither the options nor the server provide a digest.
    /// </summary>
    /// <value>
    /// The default is <see langword="false"/>: length and version are checked, and a warning is logged. In a URI: <c>require-digest</c>.
    /// </value>
    public bool RequireDigest { get; set; }

    /// <summary>Gets or sets a value indicating whether the model is loaded into memory without ever being written to a disk.</summary>
    /// <value>The default is <see langword="false"/>: the model is written to the store. Linux only. In a URI: <c>memory</c>.</value>
    public bool InMemory { get; set; }

    /// <summary>Gets or sets the kind of archive.</summary>
    /// <value>The default is <see cref="ArchiveKind.ByName"/>. In a URI: <c>archive</c>.</value>
    public ArchiveKind Archive { get; set; } = ArchiveKind.ByName;

    /// <summary>Gets or sets the only entry of the archive to extract.</summary>
    /// <value>The name of the entry; <see langword="null"/>, the default, extracts all entries. In a URI: <c>entry</c>.</value>
    public string? Entry { get; set; }

    /// <summary>Gets or sets a value indicating whether file names keep the name of the only top-level folder of the archive.</summary>
    /// <value>
    /// The default is <see langword="false"/>: if a folder was packed rather than its content, the name of the folder is removed. In a URI:
    /// <c>keep-folder</c>.
    /// </value>
    public bool KeepFolder { get; set; }

    /// <summary>Gets or sets the maximum size of the model, both as it is downloaded and as it is extracted.</summary>
    /// <value>
    /// Bytes, above zero. The default is 10 GiB, the largest ephemeral storage and memory of an AWS Lambda function. In a URI:
    /// <c>max-bytes</c>.
    /// </value>
    public long MaxBytes { get; set; } = 10L * 1024 * 1024 * 1024;

    /// <summary>Gets or sets the maximum number of files in the model.</summary>
    /// <value>Above zero. The default is 1,000.</value>
    public int MaxFiles { get; set; } = 1_000;

    /// <summary>Gets or sets how many ranges of an object are downloaded in parallel.</summary>
    /// <value>1 to 64. The default is 6. S3 delivers 85 to 90 MB/s per connection, so that many saturate the network of a function.</value>
    public int Parallelism { get; set; } = 6;

    /// <summary>Gets or sets the maximum size of a range.</summary>
    /// <value>
    /// Bytes, 1 MiB to 256 MiB; rounded down to a whole MiB. The default is 24 MiB. Smaller objects are divided into smaller ranges, down
    /// to 8 MiB, so that all connections have work.
    /// </value>
    /// <remarks>Small ranges cost more requests; large ranges are digested later, because the digest needs the bytes in order.</remarks>
    public int RangeSize { get; set; } = 24 * 1024 * 1024;

    /// <summary>Gets or sets how long a connection may take to deliver the next 64 KiB before the range is requested again.</summary>
    /// <value>Above zero. The default is 10 seconds.</value>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets how many attempts in a row may fail. A connection that delivers 64 KiB resets the count.</summary>
    /// <value>
    /// 1 to 100. The default is 5. The pauses between attempts grow: up to 0.1, 0.2, 0.4 seconds and so on, at most 5 seconds, each
    /// shortened at random by up to a half.
    /// </value>
    public int MaxAttempts { get; set; } = 5;

    /// <summary>Gets or sets the receiver of a report on every piece that is read.</summary>
    internal IProgress<TransferProgress>? Progress { get; set; }

    /// <summary>Gets or sets the source of the random part of pauses; <see langword="null"/> outside of tests.</summary>
    internal Func<double>? Random { get; set; }

    // A fragment that consists of anything else may be part of a password with a '#' in it, and is not shown.
    private static SearchValues<char> NameCharacters { get; } = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Sets options from the fragment of a URI.</summary>
    /// <param name="fragment">The fragment, without <c>#</c>.</param>
    /// <exception cref="ArgumentException">A setting is unknown, or its value is invalid.</exception>
    public void ApplyFragment(string fragment)
    {
        ArgumentNullException.ThrowIfNull(fragment);
        foreach (string setting in fragment.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = setting.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? setting : setting[..equals];
            string value = equals < 0 ? string.Empty : Uri.UnescapeDataString(setting[(equals + 1)..]);
            bool understood = name switch
            {
                "sha256" => ContentDigest.TryFromHex(DigestAlgorithm.Sha256, Sha256 = value, out _),
                "require-digest" => TryReadFlag(value, on => RequireDigest = on),
                "memory" => TryReadFlag(value, on => InMemory = on),
                KeepFolderSetting => TryReadFlag(value, on => KeepFolder = on),
                "entry" => (Entry = value).Length > 0,
                "max-bytes" => long.TryParse(value, out long maxBytes) && (MaxBytes = maxBytes) > 0,
                "archive" => TryReadKind(value),
                _ => throw new ArgumentException(
                    (equals > 0 && !name.AsSpan().ContainsAnyExcept(NameCharacters)
                        ? $"'{name}' is not a setting of a model URI"
                        : "The fragment of a model URI contains something other than settings") +
                    ". The settings are sha256, require-digest, memory, entry, keep-folder, max-bytes and archive.", nameof(fragment)),
            };
            if (!understood)
            {
                throw new ArgumentException($"'{value}' is not a valid value of the setting '{name}' in a model URI.", nameof(fragment));
            }
        }
    }

    internal void Validate(string description)
    {
        if (Sha256 is not null && !ContentDigest.TryFromHex(DigestAlgorithm.Sha256, Sha256, out _))
        {
            throw new ArgumentException($"{description}: Sha256 is '{Sha256}'; a SHA-256 has 64 hexadecimal digits.");
        }

        Check(MaxBytes > 0, nameof(MaxBytes), MaxBytes, "above zero");
        Check(MaxFiles > 0, nameof(MaxFiles), MaxFiles, "above zero");
        Check(Parallelism is >= 1 and <= 64, nameof(Parallelism), Parallelism, "1 to 64");
        Check(RangeSize is >= BlockMap.BlockSize and <= 256 * BlockMap.BlockSize, nameof(RangeSize), RangeSize, "1 MiB to 256 MiB");
        Check(IdleTimeout > TimeSpan.Zero, nameof(IdleTimeout), IdleTimeout, "above zero");
        Check(MaxAttempts is >= 1 and <= 100, nameof(MaxAttempts), MaxAttempts, "1 to 100");

        void Check(bool isValid, string name, object value, string expected)
        {
            if (!isValid)
            {
                throw new ArgumentException($"{description}: {name} is {value}; it must be {expected}.");
            }
        }
    }

    private static bool TryReadFlag(string value, Action<bool> set)
    {
        bool read = bool.TryParse(value, out bool flag);
        set(flag);
        return read;
    }

    private bool TryReadKind(string value)
    {
        (bool understood, Archive) = value switch
        {
            "none" => (true, ArchiveKind.None),
            "zip" => (true, ArchiveKind.Zip),
            "tar" => (true, ArchiveKind.Tar),
            "tar.gz" => (true, ArchiveKind.TarGzip),
            _ => (false, Archive),
        };
        return understood;
    }
}
