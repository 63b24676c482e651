using System.ComponentModel.DataAnnotations;

namespace ServerlessInference.Text.StringModels;

/// <summary>How scikit-learn's text models are loaded.</summary>
public sealed class StringModelOptions
{
    /// <summary>Gets or sets the locale by whose rules the model's text normalization (the operator <c>StringNormalizer</c>) changes
    /// case.</summary>
    /// <value>A name that the system has, 1 to 100 characters. The default is <c>C.UTF-8</c>, which every glibc image has and which knows the letters of
    /// all languages; <c>C</c> is everywhere and knows English ones only. <see langword="null"/> leaves the model as it is.</value>
    [StringLength(100, MinimumLength = 1)]
    public string? Locale { get; set; } = "C.UTF-8";
}
