using Microsoft.Extensions.Options;

namespace ServerlessInference.Models;

/// <summary>Checks single settings; generated, without reflection.</summary>
[OptionsValidator]
internal sealed partial class ModelOptionsValidator : IValidateOptions<ModelOptions>;
