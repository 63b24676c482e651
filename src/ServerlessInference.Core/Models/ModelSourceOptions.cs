using System.ComponentModel.DataAnnotations;

namespace ServerlessInference.Models;

/// <summary>One source of a model in configuration.</summary>
public sealed class ModelSourceOptions
{
    /// <summary>Gets or sets the URI of the model.</summary>
    /// <value>
    /// <c>layer:NAME</c> (below <c>/opt</c>), <c>file:PATH</c> (EFS and other mounts), or a scheme that another package adds.
    /// </value>
    [Required]
    public string Uri { get; set; } = string.Empty;

    /// <summary>Gets or sets how long this source may take before the next one is tried.</summary>
    /// <value>Above zero; <see langword="null"/>, the default, for no limit.</value>
    public TimeSpan? Deadline { get; set; }

    /// <summary>Gets or sets the rate at which a mount must deliver the model before the next source is tried.</summary>
    /// <value>
    /// In bytes per second, above zero; <see langword="null"/>, the default, for any rate. It is measured as an average from the start of
    /// reading on, for the first time after one second.
    /// </value>
    [Range(1, long.MaxValue)]
    public long? MinBytesPerSecond { get; set; }
}
