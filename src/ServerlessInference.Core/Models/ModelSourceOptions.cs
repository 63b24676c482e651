using System.ComponentModel.DataAnnotations;

namespace ServerlessInference.Models;

/// <summary>One source of a model, as configuration names it.</summary>
public sealed class ModelSourceOptions
{
    /// <summary>Gets or sets where the model is, as a URI.</summary>
    /// <value><c>layer:NAME</c> (under <c>/opt</c>), <c>file:PATH</c> (EFS and other mounts), or a scheme that another package adds.</value>
    [Required]
    public string Uri { get; set; } = string.Empty;

    /// <summary>Gets or sets how long this source may take before the next one is tried.</summary>
    /// <value>A time span above zero; <see langword="null"/>, the default, sets no limit.</value>
    public TimeSpan? Deadline { get; set; }
}
