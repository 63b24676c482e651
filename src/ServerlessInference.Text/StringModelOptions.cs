using System.ComponentModel.DataAnnotations;

namespace ServerlessInference.Text;

/// <summary>Options of scikit-learn text models.</summary>
public sealed class StringModelOptions
{
    /// <summary>Gets or sets the locale whose rules the model's text normalization (the operator <c>StringNormalizer</c>) applies to
    /// upper and lower case.</summary>
    /// <value>A locale that the system has, 1 to 100 characters. The default is <c>C.UTF-8</c>, which every glibc image has and which
    /// covers the letters of all languages; <c>C</c> exists everywhere and covers English letters only. <see langword="null"/> leaves
    /// the model unchanged.</value>
    [StringLength(100, MinimumLength = 1)]
    public string? Locale { get; set; } = "C.UTF-8";
}
