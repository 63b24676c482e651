namespace ServerlessInference.Models.Transfer;

/// <summary>How a model that comes over the network is fetched, checked and kept.</summary>
/// <remarks>In a URI some of them stand behind a <c>#</c>, joined by <c>&amp;</c>: <c>s3://bucket/model.tar.gz#sha256=…&amp;memory=true</c>.</remarks>
public sealed class RemoteModelOptions
{
    internal const string KeepFolderSetting = "keep-folder";

    /// <summary>Gets or sets the SHA-256 that the object (or archive) must have.</summary>
    /// <value>64 hexadecimal digits; <see langword="null"/>, the default, checks what the server knows. In a URI: <c>sha256</c>.</value>
    public string? Sha256 { get; set; }

    /// <summary>Gets or sets a value indicating whether an object is refused for which neither the settings nor the server have a digest.</summary>
    /// <value>The default is <see langword="false"/>: its length and version are checked, and a warning is logged. In a URI: <c>require-digest</c>.</value>
    public bool RequireDigest { get; set; }

    /// <summary>Gets or sets a value indicating whether the model goes straight into memory, never onto a disk.</summary>
    /// <value>The default is <see langword="false"/>: it goes into the store. Linux only. In a URI: <c>memory</c>.</value>
    public bool InMemory { get; set; }

    /// <summary>Gets or sets what kind of archive the object is.</summary>
    /// <value>The default is <see cref="ArchiveKind.ByName"/>. In a URI: <c>archive</c>.</value>
    public ArchiveKind Archive { get; set; } = ArchiveKind.ByName;

    /// <summary>Gets or sets the only entry that is taken out of the archive.</summary>
    /// <value>Its name in the archive; <see langword="null"/>, the default, takes all. In a URI: <c>entry</c>.</value>
    public string? Entry { get; set; }

    /// <summary>Gets or sets a value indicating whether the one folder that all entries of an archive are in stays part of their names.</summary>
    /// <value>The default is <see langword="false"/>: where a folder rather than its content was packed, its name is left out. In a URI: <c>keep-folder</c>.</value>
    public bool KeepFolder { get; set; }

    /// <summary>Gets or sets the most bytes that the model may have, as it comes and as it is extracted.</summary>
    /// <value>Above zero. The default is 10 GiB, the most that Lambda's ephemeral storage and memory hold. In a URI: <c>max-bytes</c>.</value>
    public long MaxBytes { get; set; } = 10L * 1024 * 1024 * 1024;

    /// <summary>Gets or sets the most files that the model may have.</summary>
    /// <value>Above zero. The default is 1,000.</value>
    public int MaxFiles { get; set; } = 1_000;

    /// <summary>Gets or sets how many ranges of an object are read at once.</summary>
    /// <value>1 to 64. The default is 6: at the 85 to 90 MB/s that S3 gives a connection, more than a function's network takes.</value>
    public int Parallelism { get; set; } = 6;

    /// <summary>Gets or sets the largest size of a range: every request costs its server and the function, and every range that is not there yet is digested later.</summary>
    /// <value>Bytes, 1 MiB to 256 MiB; rounded down to a whole MiB. The default is 24 MiB; smaller objects come in smaller ones, down to 8 MiB, for the sake of all connections.</value>
    public int RangeSize { get; set; } = 24 * 1024 * 1024;

    /// <summary>Gets or sets how long a connection may take for its next 64 KiB before the range is asked for again.</summary>
    /// <value>Above zero. The default is 10 seconds.</value>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets how often in a row a range may fail; a connection that brought 64 KiB begins the count anew.</summary>
    /// <value>1 to 100. The default is 5, with pauses of 0.1, 0.2, 0.4 and 0.8 seconds between.</value>
    public int MaxAttempts { get; set; } = 5;

    /// <summary>Gets or sets who hears of every piece that arrives.</summary>
    internal IProgress<TransferProgress>? Progress { get; set; }

    /// <summary>Takes settings from the fragment of a URI.</summary>
    /// <param name="fragment">What stands behind the <c>#</c>.</param>
    /// <exception cref="ArgumentException">A setting is unknown or its value is none.</exception>
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
                "max-bytes" => long.TryParse(value, out long most) && (MaxBytes = most) > 0,
                "archive" => TryReadKind(value),
                _ => throw new ArgumentException(
                    $"'{name}' is no setting of a model's URI. Known are sha256, require-digest, memory, entry, keep-folder, max-bytes and archive.", nameof(fragment)),
            };
            if (!understood)
            {
                throw new ArgumentException($"'{value}' is no value of the setting '{name}' in a model's URI.", nameof(fragment));
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

        void Check(bool good, string name, object value, string expected)
        {
            if (!good)
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
